package io.ashlar.daemon.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// What the documents point at exists.
class DocumentsTest {
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(?:#[^)]*)?\\)");
  private static final Pattern SOURCE = Pattern.compile("`(?:[\\w./-]*/)?(\\w+\\.java)`");

  @Test
  void shouldLinkOnlyToFilesThatExist() throws IOException {
    List<String> broken = new ArrayList<>();
    for (Path document : SourceTree.files("md")) {
      for (String target : matches(LINK, Files.readString(document))) {
        if (!Files.exists(document.resolveSibling(target))) {
          broken.add(SourceTree.ROOT.relativize(document) + " links to " + target);
        }
      }
    }
    assertThat(broken).isEmpty();
  }

  @Test
  void shouldNameOnlySourcesThatExist() throws IOException {
    Set<String> sources =
        SourceTree.javaFiles().stream()
            .map(each -> each.getFileName().toString())
            .collect(Collectors.toSet());
    List<String> missing = new ArrayList<>();
    for (Path document : SourceTree.files("md")) {
      for (String name : matches(SOURCE, Files.readString(document))) {
        if (!sources.contains(name)) {
          missing.add(SourceTree.ROOT.relativize(document) + " names " + name);
        }
      }
    }
    assertThat(missing).isEmpty();
  }

  @Test
  void shouldSeeLinksAndNames() {
    assertThat(matches(LINK, "see [a](b/c.md#d), [x](https://e.f) and [g](#h)"))
        .containsExactly("b/c.md");
    assertThat(matches(SOURCE, "`core/store/LogStore.java`, `Foo.java` and Bar.java"))
        .containsExactly("LogStore.java", "Foo.java");
  }

  private static List<String> matches(Pattern pattern, String text) {
    return pattern.matcher(text).results().map((MatchResult each) -> each.group(1)).toList();
  }
}
