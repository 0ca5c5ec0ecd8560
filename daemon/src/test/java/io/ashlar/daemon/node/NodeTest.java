package io.ashlar.daemon.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ashlar.control.ControlClient;
import io.ashlar.control.DeleteMode;
import io.ashlar.control.QosLimits;
import io.ashlar.control.VolumeInfo;
import io.ashlar.control.VolumeSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A whole node, with the real store on a real file.
class NodeTest {
  private static final long GIB = 1L << 30;
  private static final String HOST = "iqn.2026-11.test:a";

  @TempDir private Path directory;

  private Node start(String... settings) throws Exception {
    return new NodeFixture(directory).start(settings);
  }

  private Node start(PoolClaim claim, String... settings) throws Exception {
    return new NodeFixture(directory).start(claim, settings);
  }

  private StartException refusal(String... settings) {
    return new NodeFixture(directory).refusal(settings);
  }

  private ControlClient client(Node node) throws Exception {
    return new NodeFixture(directory).client(node);
  }

  @Test
  void shouldServeTheSameVolumesAfterARestart() throws Exception {
    VolumeInfo made;
    try (Node node = start();
        ControlClient client = client(node)) {
      assertThat(client.volumes()).isEmpty();
      VolumeInfo first =
          client.createVolume(
              new VolumeSpec(
                  "db", GIB, 512, true, false, QosLimits.UNLIMITED, List.of("iqn.2026-11.test:a")));
      client.createVolume(VolumeSpec.of("gone", GIB));
      client.deleteVolume("gone", DeleteMode.UNUSED);
      client.resizeVolume("db", 2 * GIB);
      made = client.limitVolume("db", new QosLimits(100, 0, 500));
      assertThat(made.id()).isEqualTo(first.id());
      assertThat(client.pool().provisionedBytes()).isEqualTo(2 * GIB);
    }
    try (Node node = start();
        ControlClient client = client(node)) {
      VolumeInfo found = client.volume("db");
      assertThat(client.volumes()).hasSize(1);
      assertThat(found.id()).isEqualTo(made.id());
      assertThat(found.sizeBytes()).isEqualTo(2 * GIB);
      assertThat(found.logicalBlockBytes()).isEqualTo(512);
      assertThat(found.encrypted()).isTrue();
      assertThat(found.compressed()).isFalse();
      assertThat(found.hosts()).containsExactly("iqn.2026-11.test:a");
      assertThat(found.qos()).isEqualTo(new QosLimits(100, 0, 500));
      assertThat(client.node().state()).isEqualTo("ready");
      assertThat(client.node().health()).allMatch(each -> each.severity().equals("notice"));
    }
  }

  @Test
  void shouldBringBackVolumesWhoseMetadataWasLostClosedToAllHosts() throws Exception {
    String id = loseMetadata();
    for (int attempt = 0; attempt < 2; attempt++) {
      assertThat(refusal()).hasMessageContaining("--adopt-pool");
    }
    try (Node node = start(PoolClaim.ADOPT);
        ControlClient client = client(node)) {
      assertThat(client.volume("db").id()).isEqualTo(id);
      assertThat(client.volume("db").hosts()).containsExactly(VolumeSpec.NO_HOST);
      assertThat(client.node().health())
          .filteredOn(each -> each.code().equals("volumes-amiss"))
          .singleElement()
          .asString()
          .contains("closed to all hosts");
    }
    try (Node node = start();
        ControlClient client = client(node)) {
      assertThat(client.node().health()).allMatch(each -> each.severity().equals("notice"));
      assertThat(client.allowHost("db", HOST).hosts()).containsExactly(HOST);
    }
  }

  @Test
  void shouldMakeNoNewKeyForAPoolThatHasLostItsOwn() throws Exception {
    loseMetadata();
    Files.delete(directory.resolve("data/kek"));
    StartException refused =
        catchThrowableOfType(StartException.class, () -> start(PoolClaim.ADOPT).close());
    assertThat(refused.code()).isEqualTo("key-file-missing");
    assertThat(directory.resolve("data/kek")).doesNotExist();
  }

  @Test
  void shouldAdoptNoPoolOfAnotherClusterWhereTheMetadataIsThere() throws Exception {
    loseMetadata();
    Path stranger = directory.resolve("stranger.img");
    Files.move(directory.resolve("data/pool.img"), stranger);
    start().close();
    StartException refused =
        catchThrowableOfType(
            StartException.class, () -> start(PoolClaim.ADOPT, "pool.device=" + stranger).close());
    assertThat(refused).hasMessageContaining("belongs to cluster");
  }

  /// Makes a node with the volume `db`, and takes its metadata away.
  ///
  /// @return the volume's id
  private String loseMetadata() throws Exception {
    String id;
    try (Node node = start();
        ControlClient client = client(node)) {
      id = client.createVolume(VolumeSpec.of("db", GIB)).id();
    }
    Files.move(directory.resolve("data/metadata"), directory.resolve("lost"));
    return id;
  }

  @Test
  void shouldKeepItsSecretsForItsOwner() throws Exception {
    try (Node node = start()) {
      assertThat(node.info().volumes()).isZero();
      for (String secret : List.of("api.token", "kek", "pool.img")) {
        Path file = directory.resolve("data").resolve(secret);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
            .as(secret)
            .isEqualTo("rw-------");
      }
    }
    Files.setPosixFilePermissions(
        directory.resolve("data/kek"), PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(refusal()).hasMessageContaining("chmod 600");
  }

  @Test
  void shouldNotServeAVolumeWithoutItsKey() throws Exception {
    try (Node node = start();
        ControlClient client = client(node)) {
      client.createVolume(VolumeSpec.of("db", GIB));
    }
    Files.delete(directory.resolve("data/kek"));
    assertThat(refusal()).hasMessageContaining("key file").hasMessageContaining("is missing");
  }
}
