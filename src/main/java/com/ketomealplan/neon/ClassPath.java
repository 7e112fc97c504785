package com.ketomealplan.neon;

/** Checks whether an optional dependency is on the class path. */
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
