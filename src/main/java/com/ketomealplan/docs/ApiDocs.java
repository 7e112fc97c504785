package com.ketomealplan.docs;

import io.dropwizard.core.setup.Environment;
import jakarta.servlet.http.HttpServlet;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The API's document at {@code /openapi.json}, and two pages for it: {@code /docs} (Swagger UI, which also tries requests)
 * and {@code /redoc}. All of it is in the jar, and the pages cannot call another host.
 */
public final class ApiDocs {

    private static final Logger LOG = LoggerFactory.getLogger(ApiDocs.class);

    private static final String DOCUMENT = "/openapi.json";
    private static final String HTML = "text/html;charset=utf-8";
    private static final String SCRIPT = "text/javascript;charset=utf-8";
    private static final String STYLE = "text/css;charset=utf-8";

    /** The content security policy: own files, no inline scripts, no eval, requests to this service only. */
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
                    + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /**
     * The policy of Redoc, which creates style elements: empty ones, which a script fills, and one with a constant text. Its search is a
     * worker in the script.
     */
    private static final String REDOC_POLICY = POLICY.replace(
                    "style-src 'self'",
                    "style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
                            + " 'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='")
            + "; worker-src blob:";

    private static final String NOTHING = "default-src 'none'; frame-ancestors 'none'";

    /** Replaces Redoc's logo, which is on another host, by an empty picture. */
    private static final String LOGO = "https://cdn.redoc.ly/redoc/logo-mini.svg";

    private final Environment environment;

    private ApiDocs(Environment environment) {
        this.environment = environment;
    }

    /** Installs the document and the pages on the application's port. */
    public static void show(Environment environment) {
        if (ApiDocs.class.getResource(DOCUMENT) == null) { // where an IDE has compiled it
            LOG.warn("API document missing, so /docs is not served: mvn process-classes makes it");
            return;
        }
        ApiDocs docs = new ApiDocs(environment);
        docs.file(DOCUMENT, DOCUMENT, "application/json", NOTHING);

        String swagger = webjar("swagger-ui");
        docs.page("/docs", "/docs/docs.html", POLICY);
        docs.file("/docs/docs.js", "/docs/docs.js", SCRIPT, NOTHING);
        docs.file("/docs/swagger-ui-bundle.js", swagger + "swagger-ui-bundle.js", SCRIPT, NOTHING);
        docs.file("/docs/swagger-ui.css", swagger + "swagger-ui.css", STYLE, NOTHING);
        docs.file("/docs/favicon-32x32.png", swagger + "favicon-32x32.png", "image/png", NOTHING);

        docs.page("/redoc", "/docs/redoc.html", REDOC_POLICY);
        docs.file("/redoc/redoc.js", "/docs/redoc.js", SCRIPT, NOTHING);
        docs.file("/redoc/redoc.css", "/docs/redoc.css", STYLE, NOTHING);
        docs.serve(
                "/redoc/redoc.standalone.js",
                new FileServlet(
                        webjar("redoc") + "redoc.standalone.js",
                        SCRIPT,
                        NOTHING,
                        script -> script.replace(
                                LOGO, "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E")));
    }

    private void page(String path, String file, String policy) {
        file(path, file, HTML, policy);
        serve(path + "/", new SlashServlet(path));
    }

    private void file(String path, String file, String type, String policy) {
        serve(path, new FileServlet(file, type, policy, UnaryOperator.identity()));
    }

    private void serve(String path, HttpServlet servlet) {
        environment.servlets().addServlet("docs " + path, servlet).addMapping(path);
    }

    /** Returns the directory of the files, which has the version. */
    private static String webjar(String name) {
        try (InputStream file =
                ApiDocs.class.getResourceAsStream("/META-INF/maven/org.webjars/" + name + "/pom.properties")) {
            Properties properties = new Properties();
            properties.load(file);
            return "/META-INF/resources/webjars/" + name + "/" + properties.getProperty("version") + "/";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
