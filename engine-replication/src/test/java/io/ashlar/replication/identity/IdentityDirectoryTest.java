package io.ashlar.replication.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdentityDirectoryTest {
  private static final UUID CLUSTER = new UUID(1, 2);
  private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
  private static final Validity VALIDITY = Validity.startingAt(NOW, Duration.ofDays(30));

  @TempDir private Path path;
  private final ClusterAuthority authority = ClusterAuthority.create(CLUSTER, VALIDITY);
  private final NodeCredentials credentials = credentials(3);

  private NodeCredentials credentials(int node) {
    KeyPair keys = NodeKeys.generate();
    return new NodeCredentials(
        new NodeName(CLUSTER, node),
        keys.getPrivate(),
        authority.issue(node, keys.getPublic(), VALIDITY),
        List.of(authority.certificate(), ClusterAuthority.create(CLUSTER, VALIDITY).certificate()));
  }

  private IdentityDirectory directory() {
    return new IdentityDirectory(path);
  }

  @BeforeEach
  void save() throws IdentityException {
    assertThat(directory().hasAuthority()).isFalse();
    assertThat(directory().hasCredentials()).isFalse();
    directory().save(authority);
    directory().save(credentials);
  }

  @Test
  void shouldReadBackWhatItKept() throws Exception {
    assertThat(directory().loadCredentials()).isEqualTo(credentials);
    ClusterAuthority loaded = directory().loadAuthority(CLUSTER);
    assertThat(loaded.certificate()).isEqualTo(authority.certificate());
    KeyPair keys = NodeKeys.generate();
    new CertificateCheck(CLUSTER, List.of(authority.certificate()))
        .check(loaded.issue(9, keys.getPublic(), VALIDITY), NOW);
  }

  @Test
  void shouldKeepEveryFileForItsOwnerAlone() throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      List<Path> found = files.toList();
      assertThat(found).hasSize(5);
      for (Path each : found) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(each)))
            .as("%s", each)
            .isEqualTo("rw-------");
      }
    }
  }

  @Test
  void shouldReplaceCredentials() throws Exception {
    NodeCredentials next = credentials(3);
    directory().save(next);
    assertThat(directory().loadCredentials()).isEqualTo(next).isNotEqualTo(credentials);
  }

  @Test
  void shouldRefuseAKeyThatOthersCanRead() throws IOException {
    Files.setPosixFilePermissions(
        path.resolve("node.key"), PosixFilePermissions.fromString("rw-r-----"));
    assertThatThrownBy(() -> directory().loadCredentials())
        .isInstanceOf(IdentityException.class)
        .hasMessageContaining("node.key can be used by others");
  }

  @Test
  void shouldSayWhatIsMissingDamagedOrMixedUp() throws Exception {
    Path key = path.resolve("node.key");
    byte[] kept = Files.readAllBytes(key);
    Files.write(key, "nonsense".getBytes(StandardCharsets.US_ASCII));
    assertThatThrownBy(() -> directory().loadCredentials())
        .hasMessageContaining("node.key cannot be used: there is no PRIVATE KEY in it.");
    Files.write(key, Files.readAllBytes(path.resolve("authority.key")));
    assertThatThrownBy(() -> directory().loadCredentials())
        .hasMessageContaining("is not the key of");
    Files.write(key, kept);
    Files.delete(path.resolve("trusted.pem"));
    assertThatThrownBy(() -> directory().loadCredentials())
        .hasMessageContaining("trusted.pem is missing");
    assertThatThrownBy(() -> directory().loadAuthority(new UUID(8, 8)))
        .hasMessageContaining("of another cluster");
  }

  @Test
  void shouldNotShowAKey() {
    assertThat(credentials.toString()).isEqualTo("credentials of " + credentials.name().uri());
  }
}
