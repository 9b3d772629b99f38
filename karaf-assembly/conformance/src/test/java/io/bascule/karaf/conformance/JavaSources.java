/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.conformance;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Java sources as the compiler's own parser sees them: methods with their length, types with their comment. */
final class JavaSources {

    /**
     * One declared type.
     *
     * @param file path in the checkout
     * @param name simple name, nested ones with their outer types
     * @param isPublic whether it and all types around it are public
     * @param doc its Javadoc, empty when it has none
     */
    record Type(String file, String name, boolean isPublic, String doc) {}

    /**
     * One method or constructor with a body.
     *
     * @param lines from its first annotation or modifier to its closing brace
     */
    record Method(String file, String name, long firstLine, long lines) {}

    /**
     * One package-info.
     *
     * @param doc its Javadoc, empty when it has none
     * @param annotations as written, without the at sign
     */
    record PackageInfo(String file, String doc, List<String> annotations) {}

    private final List<Type> types = new ArrayList<>();
    private final List<Method> methods = new ArrayList<>();
    private final List<PackageInfo> packages = new ArrayList<>();

    private JavaSources() {}

    /** Parses files of the checkout; nothing is resolved, so that no class path is needed. */
    static JavaSources parse(Checkout checkout, List<String> files) {
        JavaSources sources = new JavaSources();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new AssertionError("this Java has no compiler; run the tests with a JDK 17, not with a JRE");
        }
        List<Path> paths = files.stream().map(checkout.root()::resolve).toList();
        try (StandardJavaFileManager manager =
                compiler.getStandardFileManager(null, Locale.ROOT, StandardCharsets.UTF_8)) {
            JavacTask task = (JavacTask) compiler.getTask(
                    null, manager, null, List.of("-proc:none"), null, manager.getJavaFileObjectsFromPaths(paths));
            DocTrees trees = DocTrees.instance(task);
            for (CompilationUnitTree unit : task.parse()) {
                Path path = Path.of(unit.getSourceFile().toUri());
                String file = checkout.root().relativize(path).toString().replace('\\', '/');
                new Reader(sources, file, trees).scan(unit, null);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot parse the sources", e);
        }
        return sources;
    }

    List<Type> types() {
        return types;
    }

    List<Method> methods() {
        return methods;
    }

    List<PackageInfo> packages() {
        return packages;
    }

    private static final class Reader extends TreePathScanner<Void, Void> {

        private final JavaSources sources;
        private final String file;
        private final DocTrees trees;

        Reader(JavaSources sources, String file, DocTrees trees) {
            this.sources = sources;
            this.file = file;
            this.trees = trees;
        }

        @Override
        public Void visitPackage(com.sun.source.tree.PackageTree tree, Void unused) {
            if (file.endsWith("/package-info.java")) {
                List<String> annotations = tree.getAnnotations().stream()
                        .map(a -> a.getAnnotationType().toString())
                        .toList();
                sources.packages.add(new PackageInfo(file, doc(), annotations));
            }
            return super.visitPackage(tree, null);
        }

        @Override
        public Void visitClass(ClassTree tree, Void unused) {
            if (!tree.getSimpleName().isEmpty()) {
                sources.types.add(new Type(file, nameOf(getCurrentPath()), isPublic(getCurrentPath()), doc()));
            }
            return super.visitClass(tree, null);
        }

        @Override
        public Void visitMethod(MethodTree tree, Void unused) {
            if (tree.getBody() != null) {
                CompilationUnitTree unit = getCurrentPath().getCompilationUnit();
                SourcePositions positions = trees.getSourcePositions();
                long start = positions.getStartPosition(unit, tree);
                long end = positions.getEndPosition(unit, tree);
                if (start >= 0 && end >= 0) {
                    long first = unit.getLineMap().getLineNumber(start);
                    long last = unit.getLineMap().getLineNumber(end);
                    sources.methods.add(new Method(file, tree.getName().toString(), first, last - first + 1));
                }
            }
            return super.visitMethod(tree, null);
        }

        private String doc() {
            String comment = trees.getDocComment(getCurrentPath());
            return comment == null ? "" : comment.trim();
        }

        private static String nameOf(TreePath path) {
            String name = ((ClassTree) path.getLeaf()).getSimpleName().toString();
            for (TreePath outer = path.getParentPath(); outer != null; outer = outer.getParentPath()) {
                if (outer.getLeaf() instanceof ClassTree type) {
                    name = type.getSimpleName() + "." + name;
                }
            }
            return name;
        }

        /** Members of an interface are public without saying so. */
        private static boolean isPublic(TreePath path) {
            boolean isPublic = true;
            for (TreePath at = path; at != null && isPublic; at = at.getParentPath()) {
                if (at.getLeaf() instanceof ClassTree type) {
                    Set<Modifier> modifiers = type.getModifiers().getFlags();
                    Tree around = at.getParentPath().getLeaf();
                    boolean isInInterface =
                            around.getKind() == Tree.Kind.INTERFACE || around.getKind() == Tree.Kind.ANNOTATION_TYPE;
                    isPublic = modifiers.contains(Modifier.PUBLIC) || isInInterface;
                } else if (at.getLeaf() instanceof MethodTree) {
                    isPublic = false;
                }
            }
            return isPublic;
        }
    }
}
