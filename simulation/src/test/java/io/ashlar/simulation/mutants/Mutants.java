package io.ashlar.simulation.mutants;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/// Plants each fault of a list, compiles the one class that has it over the built ones, and runs
/// the tests that must notice, in a process of their own. Before that the same tests must pass
/// without a fault. `tools/mutants/run` starts it.
public final class Mutants {
  private static final long TEST_SECONDS_MAX = 240;

  private final Path root;
  private final String classpath = System.getProperty("java.class.path");
  private final Path work;

  private Mutants(Path root) throws IOException {
    this.root = root;
    work = Files.createTempDirectory("ashlar-mutants");
  }

  /// How a run of tests ended.
  ///
  /// @param detail the first test that failed
  private record Ending(boolean passed, String detail) {}

  /// @param args the project's directory, then the names of the mutants to try; none for all
  public static void main(String[] args) throws Exception {
    Path root = Path.of(args[0]);
    Set<String> wanted = new LinkedHashSet<>(Arrays.asList(args).subList(1, args.length));
    List<Mutant> mutants = new ArrayList<>();
    try (Stream<Path> lists = Files.list(root.resolve("tools/mutants"))) {
      for (Path list : lists.filter(each -> each.toString().endsWith(".txt")).sorted().toList()) {
        mutants.addAll(Mutant.read(list));
      }
    }
    if (!wanted.isEmpty()) {
      mutants.removeIf(mutant -> !wanted.contains(mutant.name()));
    }
    Runtime.getRuntime().exit(new Mutants(root).run(mutants) ? 0 : 1);
  }

  private boolean run(List<Mutant> mutants) throws InterruptedException, ExecutionException {
    int survivors = 0;
    ExecutorService workers =
        Executors.newFixedThreadPool(Math.max(1, Runtime.getRuntime().availableProcessors()));
    try (workers) {
      Set<String> tests = new LinkedHashSet<>();
      mutants.forEach(mutant -> tests.addAll(mutant.tests()));
      List<Future<Ending>> sound = new ArrayList<>();
      for (String test : tests) {
        sound.add(workers.submit(() -> test(work.resolve("none"), test)));
      }
      int at = 0;
      for (String test : tests) {
        Ending ending = sound.get(at++).get();
        if (!ending.passed) {
          System.out.printf("Without any fault %s fails: %s%n", test, ending.detail);
          return false;
        }
      }
      System.out.printf("%d tests pass without a fault.%n", tests.size());
      List<Future<Ending>> endings = new ArrayList<>();
      for (Mutant mutant : mutants) {
        endings.add(workers.submit(() -> trial(mutant)));
      }
      for (int i = 0; i < mutants.size(); i++) {
        Ending ending = endings.get(i).get();
        survivors += ending.passed ? 1 : 0;
        System.out.printf(
            "%-9s %s: %s%n          %s%n",
            ending.passed ? "SURVIVED" : "caught",
            mutants.get(i).name(),
            mutants.get(i).about(),
            ending.detail);
      }
    }
    System.out.printf("%d of %d faults caught.%n", mutants.size() - survivors, mutants.size());
    return survivors == 0;
  }

  private Ending trial(Mutant mutant) {
    Path classes = work.resolve(mutant.name());
    try {
      compile(mutant, classes);
      Ending ending = new Ending(true, "");
      for (String test : mutant.tests()) {
        ending = ending.passed ? test(classes, test) : ending;
      }
      return ending;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void compile(Mutant mutant, Path classes) throws IOException {
    Path source = mutant.sourceBelow(root);
    Path mutated = work.resolve("src-" + mutant.name()).resolve(source.getFileName());
    Files.createDirectories(classes);
    Files.createDirectories(mutated.getParent());
    Files.writeString(mutated, mutant.apply(Files.readString(source)));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    int status =
        compiler.run(
            null,
            null,
            null,
            "-nowarn",
            "-proc:none",
            "-cp",
            classpath,
            "-d",
            classes.toString(),
            mutated.toString());
    if (status != 0) {
      throw new IllegalArgumentException(mutant.name() + " does not compile");
    }
  }

  /// Runs one line of tests with `classes` before all others.
  private Ending test(Path classes, String line) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--add-exports", "java.base/jdk.internal.misc=ALL-UNNAMED"));
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-Xmx512m"));
    command.add("--sun-misc-unsafe-memory-access=allow");
    List<String> names = new ArrayList<>();
    for (String word : line.split(" +", -1)) {
      if (word.indexOf('=') > 0) {
        command.add("-D" + word);
      } else {
        names.add(word);
      }
    }
    command.addAll(List.of("-cp", classes + File.pathSeparator + classpath));
    command.add(MutantTests.class.getName());
    for (String name : names) {
      command.add(fullName(name));
    }
    return execute(command);
  }

  private Ending execute(List<String> command) throws IOException {
    Path output = Files.createTempFile(work, "tests", ".log");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      if (!process.waitFor(TEST_SECONDS_MAX, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return new Ending(false, "the tests did not end within " + TEST_SECONDS_MAX + " s");
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      throw new IllegalStateException(e);
    }
    if (process.exitValue() == 2) {
      throw new IllegalArgumentException("no such tests: " + command);
    }
    List<String> lines = Files.readAllLines(output);
    String first = lines.stream().filter(each -> each.startsWith("FAILED ")).findFirst().orElse("");
    return new Ending(process.exitValue() == 0, first.substring(0, Math.min(200, first.length())));
  }

  /// Finds the test class of a simple name among the built ones.
  private String fullName(String simple) throws IOException {
    int hash = simple.indexOf('#');
    String file = (hash < 0 ? simple : simple.substring(0, hash)) + ".class";
    for (String module : List.of("simulation", "engine-core")) {
      Path classes = root.resolve(module).resolve("target/test-classes");
      try (Stream<Path> all = Files.walk(classes)) {
        List<Path> found = all.filter(each -> each.endsWith(file)).toList();
        if (!found.isEmpty()) {
          String path = classes.relativize(found.get(0)).toString();
          String name = path.substring(0, path.length() - 6).replace(File.separatorChar, '.');
          return hash < 0 ? name : name + simple.substring(hash);
        }
      }
    }
    throw new IllegalArgumentException("no test class " + simple);
  }
}
