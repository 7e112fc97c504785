package com.ketomealplan.testing;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.commons.ClassRemapper;
import org.objectweb.asm.commons.Remapper;

/**
 * The code as it is, but for one method, in which a bug is planted that a check has to find. The classes of its package
 * are made anew, under names of their own, because Lincheck knows classes by their names.
 */
public final class Planted {

    private static final String ATOMIC = Type.getInternalName(AtomicReference.class);

    /** Of the class path. */
    private static final Path CLASSES = Path.of("target", "test-classes");

    private final String brokenName;
    private final String method;
    private final String packageName;
    private final String suffix;
    private final boolean alwaysTrue;
    private final Set<String> made = new LinkedHashSet<>();
    private boolean planted;

    private Planted(Class<?> broken, String method, boolean alwaysTrue) {
        this.alwaysTrue = alwaysTrue;
        this.brokenName = Type.getInternalName(broken);
        this.method = method;
        this.packageName = broken.getPackageName().replace('.', '/') + "/";
        this.suffix = (alwaysTrue ? "_always_" : "_without_") + method;
    }

    /**
     * A task in whose package nothing is locked by that method, and what it compared and set is compared, and then set.
     *
     * @param task in the package of the broken class, with a constructor that takes nothing
     */
    public static Runnable in(Class<?> broken, String method, Class<? extends Runnable> task) {
        return new Planted(broken, method, false).create(task);
    }

    /**
     * A task in whose package that method does what it does, and returns true whatever has come of it.
     *
     * @param task in the package of the broken class, with a constructor that takes nothing
     */
    public static Runnable alwaysTrue(Class<?> broken, String method, Class<? extends Runnable> task) {
        return new Planted(broken, method, true).create(task);
    }

    private Runnable create(Class<? extends Runnable> task) {
        try {
            make(brokenName);
            make(Type.getInternalName(task));
            if (!planted) {
                throw new IllegalArgumentException("there is nothing to break in " + method);
            }
            for (String name : made) {
                Class.forName(name.replace('/', '.') + suffix); // initialized, which is not part of any order
            }
            Constructor<? extends Runnable> constructor = Class.forName(task.getName() + suffix)
                    .asSubclass(Runnable.class)
                    .getDeclaredConstructor();
            constructor.setAccessible(true);
            return constructor.newInstance();
        } catch (ReflectiveOperationException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** With all those that it knows of its package. */
    private void make(String name) throws IOException {
        if (!made.add(name)) {
            return;
        }
        ClassReader code;
        try (InputStream file = Planted.class.getResourceAsStream("/" + name + ".class")) {
            code = new ClassReader(file);
        }
        Set<String> known = new HashSet<>();
        ClassWriter writer = new ClassWriter(0);
        ClassVisitor renaming = new ClassRemapper(writer, new Remapper(Opcodes.ASM9) {
            @Override
            public String map(String type) {
                if (!type.startsWith(packageName)) {
                    return type;
                }
                known.add(type);
                return type + suffix;
            }
        });
        code.accept(name.equals(brokenName) ? new Bug(renaming) : renaming, 0);
        Files.write(CLASSES.resolve(name + suffix + ".class"), writer.toByteArray());
        for (String type : known) {
            make(type);
        }
    }

    private final class Bug extends ClassVisitor {

        Bug(ClassVisitor next) {
            super(Opcodes.ASM9, next);
        }

        @Override
        public MethodVisitor visitMethod(int access, String name, String types, String generic, String[] thrown) {
            if (!name.equals(method)) {
                return super.visitMethod(access, name, types, generic, thrown);
            }
            if (alwaysTrue) {
                return new TrueMethod(super.visitMethod(access, name, types, generic, thrown));
            }
            planted |= (access & Opcodes.ACC_SYNCHRONIZED) != 0;
            return new BuggyMethod(super.visitMethod(access & ~Opcodes.ACC_SYNCHRONIZED, name, types, generic, thrown));
        }
    }

    private final class TrueMethod extends MethodVisitor {

        TrueMethod(MethodVisitor next) {
            super(Opcodes.ASM9, next);
        }

        @Override
        public void visitInsn(int code) {
            if (code == Opcodes.IRETURN) {
                planted = true;
                super.visitInsn(Opcodes.POP);
                super.visitInsn(Opcodes.ICONST_1);
            }
            super.visitInsn(code);
        }
    }

    private final class BuggyMethod extends MethodVisitor {

        BuggyMethod(MethodVisitor next) {
            super(Opcodes.ASM9, next);
        }

        @Override
        public void visitInsn(int code) {
            boolean locks = code == Opcodes.MONITORENTER || code == Opcodes.MONITOREXIT;
            planted |= locks;
            super.visitInsn(locks ? Opcodes.POP : code);
        }

        @Override
        public void visitMethodInsn(int code, String owner, String name, String types, boolean isInterface) {
            if (owner.endsWith("ReentrantLock") && (name.equals("lock") || name.equals("unlock"))) {
                planted = true;
                super.visitInsn(Opcodes.POP);
            } else if (owner.equals(ATOMIC) && name.equals("compareAndSet")) {
                planted = true;
                String all = types.replace("(", "(L" + ATOMIC + ";");
                super.visitMethodInsn(
                        Opcodes.INVOKESTATIC, Type.getInternalName(CompareThenSet.class), "in", all, false);
            } else {
                super.visitMethodInsn(code, owner, name, types, isInterface);
            }
        }
    }
}
