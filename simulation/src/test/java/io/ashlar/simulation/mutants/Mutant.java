package io.ashlar.simulation.mutants;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// One planted fault: the texts of a source file that are replaced, and the tests that must fail.
/// Texts match whatever the white space between their words.
///
/// @param about what is wrong, in a sentence
/// @param source below `io/ashlar` in `engine-core` or `engine-replication`
/// @param tests each a class, perhaps `#method`, and properties
record Mutant(
    String name, String about, String source, List<String> tests, List<Replacement> replacements) {
  /// A text and what takes its place.
  record Replacement(String before, String after) {
    private String apply(String text, String where) {
      String pattern =
          Arrays.stream(before.strip().split("\\s+"))
              .map(Pattern::quote)
              .collect(Collectors.joining("\\s*"));
      Matcher matcher = Pattern.compile(pattern).matcher(text);
      if (!matcher.find()) {
        throw new IllegalArgumentException(where + ": the source does not have: " + before);
      }
      String replaced = text.substring(0, matcher.start()) + after + text.substring(matcher.end());
      if (matcher.find()) {
        throw new IllegalArgumentException(where + ": the source has more than once: " + before);
      }
      return replaced;
    }
  }

  /// Where the source is in a project.
  Path sourceBelow(Path root) {
    return Stream.of("engine-core", "engine-replication")
        .map(module -> root.resolve(module).resolve("src/main/java/io/ashlar").resolve(source))
        .filter(Files::exists)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("there is no " + source));
  }

  /// The mutated source.
  String apply(String text) {
    String mutated = text;
    for (Replacement replacement : replacements) {
      mutated = replacement.apply(mutated, name);
    }
    return mutated;
  }

  /// Reads a list of mutants. Each is
  ///
  /// ```
  /// mutant name
  /// what is wrong, on one line
  /// file core/store/WritePath.java
  /// test CrashPointTest ashlar.crash=WRITES:1
  /// <<<<
  /// old text
  /// ====
  /// new text
  /// >>>>
  /// ```
  static List<Mutant> read(Path list) throws IOException {
    List<Mutant> mutants = new ArrayList<>();
    for (String block : Files.readString(list).split("(?m)^mutant ", -1)) {
      if (!block.isBlank() && !block.startsWith("#")) {
        mutants.add(parse(block, list));
      }
    }
    return mutants;
  }

  private static Mutant parse(String block, Path list) {
    List<String> lines = block.lines().toList();
    List<String> tests = new ArrayList<>();
    List<Replacement> replacements = new ArrayList<>();
    String source = "";
    for (String line : lines) {
      if (line.startsWith("file ")) {
        source = line.substring(5).strip();
      } else if (line.startsWith("test ")) {
        tests.add(line.substring(5).strip());
      }
    }
    Matcher pairs = Pattern.compile("(?ms)^<<<<\n(.*?)^====\n(.*?)^>>>>$").matcher(block);
    while (pairs.find()) {
      replacements.add(new Replacement(pairs.group(1), pairs.group(2)));
    }
    if (source.isEmpty() || tests.isEmpty() || replacements.isEmpty()) {
      throw new IllegalArgumentException(list + ": incomplete mutant " + lines.get(0));
    }
    return new Mutant(lines.get(0).strip(), lines.get(1).strip(), source, tests, replacements);
  }
}
