package com.ketomealplan.neon;

/** What a service may leave out of its dependencies. */
final class ClassPath {

    private ClassPath() {}

    static boolean has(String type) {
        try {
            Class.forName(type, false, ClassPath.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }
}
