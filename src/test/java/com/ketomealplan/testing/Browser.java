package com.ketomealplan.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** A real one: the machine's Chromium, without a window. */
public final class Browser implements AutoCloseable {

    private final ChromeDriver driver;

    /**
     * @param arguments of Chromium's command line
     */
    public Browser(String... arguments) {
        ChromeOptions options = new ChromeOptions();
        options.setBinary(Program.CHROMIUM.path().orElseThrow().toFile());
        options.addArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage");
        options.addArguments(arguments);
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, java.util.logging.Level.ALL);
        options.setCapability(ChromeOptions.LOGGING_PREFS, logs);
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(Program.CHROMEDRIVER.path().orElseThrow().toFile())
                .build();
        driver = new ChromeDriver(service, options);
        resize(1280, 1000);
    }

    public void open(String url) {
        driver.get(url);
    }

    /** From now on pages may load and run what their policies forbid, as if another server had sent them. */
    public void bypassPolicies(boolean bypassed) {
        driver.executeCdpCommand("Page.setBypassCSP", Map.of("enabled", bypassed));
    }

    public void resize(int width, int height) {
        driver.manage().window().setSize(new Dimension(width, height));
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    }

    public void prefer(String colourScheme) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", colourScheme))));
    }

    /** What a reader reads there. */
    public String text(String selector) {
        return driver.findElement(By.cssSelector(selector)).getText();
    }

    /** The same of all that there are. */
    public List<String> texts(String selector) {
        return driver.findElements(By.cssSelector(selector)).stream()
                .map(WebElement::getText)
                .toList();
    }

    public WebElement element(String selector) {
        return driver.findElement(By.cssSelector(selector));
    }

    public WebElement focused() {
        return driver.switchTo().activeElement();
    }

    public Object run(String script) {
        return driver.executeScript(script);
    }

    /** What the page has complained of: a refused script, a missing file. */
    public List<String> complaints() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= java.util.logging.Level.WARNING.intValue())
                .map(LogEntry::getMessage)
                .toList();
    }

    /** What the checker axe finds wrong for people who do not see the page, or not well. */
    public List<?> barriers() {
        driver.executeScript(axe());
        return (List<?>) driver.executeAsyncScript("""
                const done = arguments[arguments.length - 1];
                axe.run().then(found => done(found.violations.map(one =>
                    one.id + ": " + one.help + " " + one.nodes.map(node => node.html).join(" | "))));
                """);
    }

    private static String axe() {
        try (InputStream pom = resource("/META-INF/maven/org.webjars.npm/axe-core/pom.properties")) {
            Properties properties = new Properties();
            properties.load(pom);
            try (InputStream script = resource(
                    "/META-INF/resources/webjars/axe-core/" + properties.getProperty("version") + "/axe.min.js")) {
                return new String(script.readAllBytes(), StandardCharsets.UTF_8);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputStream resource(String name) {
        return Browser.class.getResourceAsStream(name);
    }

    /** All of the page, however long it is. */
    public void photograph(Path file) {
        long height = (long) run("return document.documentElement.scrollHeight");
        long width = (long) run("return document.documentElement.clientWidth");
        resize((int) width, (int) height);
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.write(file, driver.getScreenshotAs(OutputType.BYTES));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        driver.quit();
    }
}
