package com.ketomealplan.api;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.validation.ConstraintViolation;
import jakarta.validation.Validation;
import jakarta.validation.Validator;
import jakarta.validation.ValidatorFactory;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EmailAddressTest {

    private final ValidatorFactory factory = Validation.buildDefaultValidatorFactory();
    private final Validator validator = factory.getValidator();

    private record Holder(@EmailAddress String email) {}

    @AfterAll
    void close() {
        factory.close();
    }

    private List<String> complaints(String email) {
        return validator.validate(new Holder(email)).stream()
                .map(ConstraintViolation::getMessage)
                .toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a@b.co",
                "ada.lovelace+tag@mail.example.com",
                "\"a b\"@example.com",
                "üñé@exämple.com",
                "田中@例え.jp",
                "пользователь@пример.рф"
            })
    void takesWhatMailCanBeSentTo(String email) {
        assertThat(complaints(email)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a", "a@b", "@b.co", "a@", "a@b@c.co", "a@[127.0.0.1]", "a@[IPv6:::1.2.3.4]", "a@127.0.0.1]"})
    void refusesWhatIsNone(String email) {
        assertThat(complaints(email)).containsExactly("must be an e-mail address");
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                0x0000, 0x007F, 0x00A0, 0x00AD, 0x034F, 0x115F, 0x1680, 0x180E, 0x200B, 0x200D, 0x200F, 0x202E, 0x2028,
                0x2060, 0x2066, 0x2800, 0x3000, 0x3164, 0xE000, 0xFDFA, 0xFE0F, 0xFEFF, 0xFF21, 0xFFFF, 0x1D400,
                        0xE0001,
                0xE0100, 0x10FFFF, 0xD800
            })
    void refusesWhatIsNotWhatItLooksLike(int character) {
        String odd = Character.toString(character);

        assertThat(complaints("a" + odd + "b@example.com"))
                .singleElement()
                .asString()
                .startsWith("must be an e-mail address");
        assertThat(complaints("ab@exam" + odd + "ple.com")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x200B, 0x202E, 0x2066, 0xFF21})
    void saysWhy(int character) {
        assertThat(complaints("a" + Character.toString(character) + "@example.com"))
                .containsExactly(
                        "must be an e-mail address: U+%04X does not show, or has a plainer form".formatted(character));
    }

    @Test
    void refusesWhatIsComposedOtherwise() {
        assertThat(complaints("e\u0301@example.com"))
                .containsExactly("must be an e-mail address: it is not in the form NFKC of Unicode");
    }
}
