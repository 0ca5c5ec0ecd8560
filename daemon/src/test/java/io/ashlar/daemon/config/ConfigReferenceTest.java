package io.ashlar.daemon.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ConfigReferenceTest {
  @Test
  void shouldAgreeWithTheCommittedPage() throws Exception {
    assertThat(Files.readString(Path.of("../docs/configuration.md")))
        .as("docs/configuration.md; print it anew with 'ashlar config reference'")
        .isEqualTo(ConfigReference.markdown());
  }

  @Test
  void shouldGiveEveryOptionADefaultThatItAccepts() {
    for (ConfigKey key : ConfigKey.values()) {
      assertThat(key.kind().complaint(key.defaultText())).as(key.key()).isEmpty();
    }
  }
}
