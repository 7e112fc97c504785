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
 * The code as it is, but for one method, in which a bug of concurrency is planted that a check has to find. The classes of its package
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
    private final Set<String> made = new LinkedHashSet<>();
    private boolean planted;

    private Planted(Class<?> broken, String method) {
        this.brokenName = Type.getInternalName(broken);
        this.method = method;
        this.packageName = broken.getPackageName().replace('.', '/') + "/";
        this.suffix = "_without_" + method;
    }

    /**
     * A task in whose package nothing is locked by that method, and what it compared and set is compared, and then set.
     *
     * @param task in the package of the broken class, with a constructor that takes nothing
     */
    public static Runnable in(Class<?> broken, String method, Class<? extends Runnable> task) {
        try {
            Planted all = new Planted(broken, method);
            all.make(all.brokenName);
            all.make(Type.getInternalName(task));
            if (!all.planted) {
                throw new IllegalArgumentException(method + " locks nothing, and compares and sets nothing");
            }
            for (String name : all.made) {
                Class.forName(name.replace('/', '.') + all.suffix); // initialized, which is not part of any order
            }
            return create(Class.forName(task.getName() + all.suffix).asSubclass(Runnable.class));
        } catch (ReflectiveOperationException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Runnable create(Class<? extends Runnable> task) throws ReflectiveOperationException {
        Constructor<? extends Runnable> constructor = task.getDeclaredConstructor();
        constructor.setAccessible(true);
        return constructor.newInstance();
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
            planted |= (access & Opcodes.ACC_SYNCHRONIZED) != 0;
            return new BuggyMethod(super.visitMethod(access & ~Opcodes.ACC_SYNCHRONIZED, name, types, generic, thrown));
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
