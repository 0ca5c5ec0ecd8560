package io.ashlar.simulation.mutants;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Planted faults are tried now and then only; that the source still has the texts which they
/// replace is seen at once.
class MutantListTest {
  private static final Path ROOT = Path.of("..");

  @ParameterizedTest
  @ValueSource(strings = {"index", "log", "replication", "space", "volumes"})
  void shouldReplaceTextsThatTheSourceHasOnce(String list) throws IOException {
    Set<String> names = new HashSet<>();
    for (Mutant mutant : Mutant.read(ROOT.resolve("tools/mutants").resolve(list + ".txt"))) {
      String source = Files.readString(mutant.sourceBelow(ROOT));
      assertThat(mutant.apply(source)).as(mutant.name()).isNotEqualTo(source);
      assertThat(names.add(mutant.name())).as("%s is listed once", mutant.name()).isTrue();
    }
    assertThat(names).isNotEmpty();
  }

  @Test
  void shouldKnowAllLists() throws IOException {
    try (Stream<Path> files = Files.list(ROOT.resolve("tools/mutants"))) {
      assertThat(files.filter(each -> each.toString().endsWith(".txt"))).hasSize(5);
    }
  }
}
