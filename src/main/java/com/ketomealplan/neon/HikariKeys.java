package com.ketomealplan.neon;

import jakarta.validation.constraints.Null;

/** The settings of HikariCP: they are rejected with a message that names their replacement, except {@code password}. */
abstract class HikariKeys extends DataSourceFactoryKeys {

    private static final String HERE = "is HikariCP's name; here ";

    private static final String URL = HERE + "it is url";
    private static final String USER = HERE + "it is user";
    private static final String DRIVER = HERE + "it is driverClass";
    private static final String PROPERTIES = HERE + "it is properties";
    private static final String SIZE = HERE + "it is pooled.keep + pooled.overflow (or maxSize),"
            + " and with per_request perRequest.maxConnections";
    private static final String KEEP =
            HERE + "no connection is opened in advance: pooled.keep is how many idle ones are kept";
    private static final String WAIT = HERE + "it is maxWaitForConnection, with a unit; see also unitOfWork.deadline";
    private static final String IDLE_TIME = HERE + "it is pooled.overflowIdleTime, with a unit";
    private static final String AGE = HERE + "it is pooled.maxConnectionAge (or maxConnectionAge), with a unit";
    private static final String DATABASE = HERE + "it is the path of the url";
    private static final String SCHEMA = HERE + "it is the parameter currentSchema of the url";
    private static final String CREDENTIALS = "is not supported: see urlFile and passwordFile";
    private static final String START =
            "is not supported: a start needs no database; see connectAtStart and migrateAtStart";
    private static final String METRICS =
            "is not supported: the metrics are at /metrics of the admin port; leave it out";

    @Null(message = URL) @Setting
    private Object jdbcUrl;

    @Null(message = USER) @Setting
    private Object username;

    @Null(message = DRIVER) @Setting
    private Object driverClassName;

    @Null(message = PROPERTIES) @Setting
    private Object dataSourceProperties;

    @Null(message = SIZE) @Setting
    private Object maximumPoolSize;

    @Null(message = KEEP) @Setting
    private Object minimumIdle;

    @Null(message = WAIT) @Setting
    private Object connectionTimeout;

    @Null(message = IDLE_TIME) @Setting
    private Object idleTimeout;

    @Null(message = AGE) @Setting
    private Object maxLifetime;

    @Null(message = ALIVE) @Setting
    private Object keepaliveTime;

    @Null(message = CHECKED) @Setting
    private Object connectionTestQuery;

    @Null(message = CHECKED) @Setting
    private Object validationTimeout;

    @Null(message = LEAKS) @Setting
    private Object leakDetectionThreshold;

    @Null(message = BY_URL) @Setting
    private Object connectionInitSql;

    @Null(message = SCHEMA) @Setting
    private Object schema;

    @Null(message = DATABASE) @Setting
    private Object catalog;

    @Null(message = UNITS) @Setting
    private Object autoCommit;

    @Null(message = UNITS) @Setting
    private Object readOnly;

    @Null(message = UNITS) @Setting
    private Object transactionIsolation;

    @Null(message = START) @Setting
    private Object initializationFailTimeout;

    @Null(message = METRICS) @Setting
    private Object registerMbeans;

    @Null(message = FIXED) @Setting
    private Object poolName;

    @Null(message = FIXED) @Setting
    private Object allowPoolSuspension;

    @Null(message = FIXED) @Setting
    private Object isolateInternalQueries;

    @Null(message = URL) @Setting
    private Object dataSourceClassName;

    @Null(message = URL) @Setting
    private Object dataSourceJNDI;

    @Null(message = CREDENTIALS) @Setting
    private Object credentialsProviderClassName;

    @Null(message = FIXED) @Setting
    private Object exceptionOverrideClassName;
}
