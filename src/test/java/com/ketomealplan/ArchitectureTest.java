package com.ketomealplan;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.conditions.ArchConditions.beFinal;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.ketomealplan.neon.lease.LogContext;
import com.ketomealplan.neon.web.Problem;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;

/** The rule of the house. */
@AnalyzeClasses(packages = "com.ketomealplan", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule neonStandsAlone = noClasses()
            .that()
            .resideInAPackage("com.ketomealplan.neon..")
            .should()
            .dependOnClassesThat(resideInAPackage("com.ketomealplan..")
                    .and(resideOutsideOfPackage("com.ketomealplan.neon.."))
                    .as("are ours and outside of neon"));

    @ArchTest
    static final ArchRule onlyWebAndAdminKnowHttp = noClasses()
            .that(resideInAPackage("com.ketomealplan.neon..")
                    .and(resideOutsideOfPackages("com.ketomealplan.neon.web..", "com.ketomealplan.neon.admin..")))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "jakarta.ws.rs..", "jakarta.servlet..", "org.glassfish.jersey..", "org.eclipse.jetty..");

    /** Each is loaded only when it is known that its library is there: {@code neon.Telemetry}, {@code EmbeddedDatabase}. */
    @ArchTest
    static final ArchRule whatMayBeLeftOutOfTheDependenciesIsKnownToFew = noClasses()
            .that(
                    resideInAPackage("com.ketomealplan.neon..")
                            .and(resideOutsideOfPackages(
                                    "com.ketomealplan.neon.admin..", "com.ketomealplan.neon.embedded.."))
                            .and(
                                    not(
                                            nameMatching(
                                                    ".*\\.(NeonBundle|Telemetry|DatabaseMetrics|StatementTimes|DatabaseTracing|CurrentTrace)(\\$.*)?"))))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.prometheus..", "io.opentelemetry..", "io.zonky..");

    @ArchTest
    static final ArchRule whatAnyServiceNeedsStandsAlone = noClasses()
            .that()
            .resideInAnyPackage(
                    "com.ketomealplan.cli..",
                    "com.ketomealplan.config..",
                    "com.ketomealplan.docs..",
                    "com.ketomealplan.logging..")
            .should()
            .dependOnClassesThat(resideInAPackage("com.ketomealplan..")
                    .and(resideOutsideOfPackages(
                            "com.ketomealplan.cli..",
                            "com.ketomealplan.config..",
                            "com.ketomealplan.docs..",
                            "com.ketomealplan.logging.."))
                    .as("are ours"));

    /** Of the layer only how it answers, and what it knows of the request that it serves. */
    @ArchTest
    static final ArchRule whatServesRequestsKnowsNothingOfTheDatabase = noClasses()
            .that()
            .resideInAnyPackage("com.ketomealplan.http..", "com.ketomealplan.telemetry..")
            .should()
            .dependOnClassesThat(resideInAPackage("com.ketomealplan..")
                    .and(resideOutsideOfPackages("com.ketomealplan.http..", "com.ketomealplan.telemetry.."))
                    .and(not(type(Problem.class)))
                    .and(not(type(Problem.FieldError.class)))
                    .and(not(type(LogContext.class)))
                    .as("are the service's, or the layer's but Problem and LogContext"));

    /** It is not in the jar, and neither is what it needs. */
    @ArchTest
    static final ArchRule theBuildAloneMakesTheDocument = noClasses()
            .that()
            .resideOutsideOfPackage("com.ketomealplan.openapi..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "com.ketomealplan.openapi..",
                    "io.swagger.v3.core..",
                    "io.swagger.v3.jaxrs2..",
                    "io.swagger.v3.oas.integration..",
                    "io.swagger.v3.oas.models..");

    @ArchTest
    static final ArchRule resourcesHoldNoSql = noClasses()
            .that()
            .resideInAPackage("com.ketomealplan.resources..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "java.sql..",
                    "javax.sql..",
                    "org.jdbi.v3.core",
                    "org.jdbi.v3.core.statement..",
                    "org.jdbi.v3.sqlobject.statement..");

    @ArchTest
    static final ArchRule dbHoldsNoHttp = noClasses()
            .that()
            .resideInAPackage("com.ketomealplan.db..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "jakarta.ws.rs..",
                    "jakarta.servlet..",
                    "org.glassfish.jersey..",
                    "com.ketomealplan.http..",
                    "com.ketomealplan.neon.web..");

    @ArchTest
    static final ArchRule onlyDbAndNeonSpeakToTheDatabase = noClasses()
            .that()
            .resideOutsideOfPackages("com.ketomealplan.db..", "com.ketomealplan.neon..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.sql..", "org.postgresql..", "org.apache.tomcat..");

    @ArchTest
    static final ArchRule failuresAreClassifiedInOnePlace = noClasses()
            .that()
            .resideOutsideOfPackage("com.ketomealplan.neon.failure..")
            .should()
            .callMethod(java.sql.SQLException.class, "getSQLState");

    @ArchTest
    static final ArchRule noCycles =
            slices().matching("com.ketomealplan.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule stateIsFinalOrPrivate =
            fields().that().areNotPrivate().should(beFinal());

    @ArchTest
    static final ArchRule everyPackageSaysWhatItIsFor = classes().should(resideInADescribedPackage());

    private static ArchCondition<JavaClass> resideInADescribedPackage() {
        return new ArchCondition<>("reside in a package with a package-info.java") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                String file = "src/main/java/" + type.getPackageName().replace('.', '/') + "/package-info.java";
                boolean described = java.nio.file.Files.exists(java.nio.file.Path.of(file));
                events.add(new SimpleConditionEvent(type, described, type.getName() + ": there is no " + file));
            }
        };
    }
}
