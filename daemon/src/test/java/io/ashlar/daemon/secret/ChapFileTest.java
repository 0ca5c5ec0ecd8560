package io.ashlar.daemon.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ashlar.target.iscsi.session.HostAccess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChapFileTest {
  private static final String CANARY = "c4nary-c4nary-c4nary";

  @TempDir private Path directory;

  private Path file(String mode, String content) throws IOException {
    Path file = Files.writeString(directory.resolve("chap"), content);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }

  private static SecretFileException refusal(Path file) {
    SecretFileException refused =
        catchThrowableOfType(SecretFileException.class, () -> new ChapFile(file).read());
    assertThat(refused).as("refused").isNotNull();
    return refused;
  }

  @Test
  void shouldReadInitiatorsAndBothDirections() throws Exception {
    Path file =
        file(
            "rw-------",
            """
            # who                name  secret

            iqn.2026-11.test:ONE one   secret-of-one-1
            iqn.2026-11.test:two two   secret-of-two-2  node secret-of-node # mutual
            """);
    Map<String, HostAccess> hosts = new ChapFile(file).read();
    assertThat(hosts).containsOnlyKeys("iqn.2026-11.test:one", "iqn.2026-11.test:two");
    assertThat(hosts.get("iqn.2026-11.test:one"))
        .satisfies(host -> {
          assertThat(host.initiator()).extracting("name").isEqualTo("one");
          assertThat(host.target()).isNull();
        });
    assertThat(hosts.get("iqn.2026-11.test:two"))
        .satisfies(host -> assertThat(host.target()).extracting("name").isEqualTo("node"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "iqn.x name",
        "iqn.x name " + CANARY + " extra",
        "iqn.x name short",
        "iqn.x name " + CANARY + " node " + CANARY,
        "iqn.x name " + CANARY + "\niqn.X name " + CANARY,
      })
  void shouldNameTheLineAndNeverTheSecret(String content) throws Exception {
    SecretFileException refused = refusal(file("rw-------", content));
    assertThat(refused).hasMessageContaining(" line ");
    assertThat(refused.getMessage()).doesNotContain(CANARY);
  }

  @Test
  void shouldRefuseAFileThatOthersCanRead() throws Exception {
    assertThat(refusal(file("rw-r-----", "iqn.x name " + CANARY)))
        .hasMessageContaining("chmod 600");
  }

  @Test
  void shouldRefuseAFileThatIsNotThere() {
    assertThat(refusal(directory.resolve("none"))).hasMessageContaining("cannot be read");
  }
}
