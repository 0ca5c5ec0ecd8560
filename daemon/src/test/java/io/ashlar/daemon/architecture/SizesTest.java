package io.ashlar.daemon.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Files of at most 500 lines, methods of at most 60, at most 6 parameters.
class SizesTest {
  private static final int FILE_LINES_MAX = 500;
  private static final int METHOD_LINES_MAX = 60;
  private static final int PARAMETERS_MAX = 6;

  /// What is over the limits and waits to be divided. The list may only get shorter.
  private static final Set<String> LISTED =
      Set.of(
          "IndexMerge.java",
          "HostQueuePairTest.java",
          "CheckpointPieceFlyweight.java: encode",
          "PayloadChecksum.java: of",
          "StoreOpening.java: recover");

  @Test
  void shouldKeepFilesShort() throws IOException {
    List<String> tooLong = new ArrayList<>();
    for (Path file : SourceTree.javaFiles()) {
      long lines = Files.readString(file).lines().count();
      if (lines > FILE_LINES_MAX && !LISTED.contains(file.getFileName().toString())) {
        tooLong.add(SourceTree.ROOT.relativize(file) + " has " + lines + " lines");
      }
    }
    assertThat(tooLong).isEmpty();
  }

  @Test
  void shouldKeepMethodsShort() throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null,
                  files,
                  null,
                  List.of("-proc:none"),
                  null,
                  files.getJavaFileObjectsFromPaths(SourceTree.javaFiles()));
      assertThat(breaches(task)).isEmpty();
    }
  }

  @Test
  void shouldCatchWhatIsTooLarge() throws IOException {
    String lines = "    int a;\n".repeat(METHOD_LINES_MAX);
    String source =
        "class Large {\n  void tall() {\n"
            + lines
            + "  }\n"
            + "  void wide(int a, int b, int c, int d, int e, int f, int g) {}\n}\n";
    JavacTask task =
        (JavacTask)
            ToolProvider.getSystemJavaCompiler()
                .getTask(null, null, null, List.of("-proc:none"), null, List.of(text(source)));
    assertThat(breaches(task))
        .satisfiesExactly(
            tall -> assertThat(tall).contains("tall has 62 lines"),
            wide -> assertThat(wide).contains("wide has 7 parameters"));
  }

  private static SimpleJavaFileObject text(String source) {
    return new SimpleJavaFileObject(
        URI.create("string:///Large.java"), SimpleJavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return source;
      }
    };
  }

  private static List<String> breaches(JavacTask task) throws IOException {
    List<String> breaches = new ArrayList<>();
    Trees trees = Trees.instance(task);
    for (CompilationUnitTree unit : task.parse()) {
      new TreePathScanner<@Nullable Void, @Nullable Void>() {
        @Override
        public @Nullable Void visitMethod(MethodTree method, @Nullable Void nothing) {
          long lines = lineOf(trees, unit, method, true) - lineOf(trees, unit, method, false) + 1;
          Path file = Path.of(unit.getSourceFile().getName());
          String where = file.getFileName() + ": " + method.getName();
          if (LISTED.contains(where)) {
            return super.visitMethod(method, null);
          }
          if (lines > METHOD_LINES_MAX) {
            breaches.add(where + " has " + lines + " lines");
          }
          if (method.getParameters().size() > PARAMETERS_MAX && !isOfRecord()) {
            breaches.add(where + " has " + method.getParameters().size() + " parameters");
          }
          return super.visitMethod(method, null);
        }

        // A record's constructor has as many parameters as the record has fields.
        private boolean isOfRecord() {
          return getCurrentPath().getParentPath().getLeaf().getKind() == Tree.Kind.RECORD;
        }
      }.scan(unit, null);
    }
    return breaches;
  }

  private static long lineOf(Trees trees, CompilationUnitTree unit, Tree tree, boolean isEnd) {
    long position =
        isEnd
            ? trees.getSourcePositions().getEndPosition(unit, tree)
            : trees.getSourcePositions().getStartPosition(unit, tree);
    return unit.getLineMap().getLineNumber(position);
  }
}
