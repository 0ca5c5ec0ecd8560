package io.ashlar.daemon.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ashlar.control.ControlClient;
import io.ashlar.control.NodeInfo;
import io.ashlar.control.QosLimits;
import io.ashlar.control.VolumeInfo;
import io.ashlar.control.VolumeSpec;
import io.ashlar.daemon.config.ConfigSources;
import io.ashlar.daemon.config.DaemonOptions;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A whole node, with the real store on a real file.
class NodeTest {
  private static final long GIB = 1L << 30;
  private static final String HOST = "iqn.2026-11.test:a";

  @TempDir private Path directory;

  private DaemonOptions options(String... settings) throws Exception {
    List<String> all =
        new ArrayList<>(
            List.of(
                "data.directory=" + directory.resolve("data"),
                "pool.size=1GiB",
                "engine.index-budget=16MiB",
                "management.port=0",
                "nvme.port=0",
                "nvme.discovery-port=0",
                "iscsi.port=0"));
    all.addAll(List.of(settings));
    Path file = Files.writeString(directory.resolve("ashlar.yaml"), "");
    return DaemonOptions.read(new ConfigSources(file, Map.of(), all));
  }

  private Node start(String... settings) throws Exception {
    return start(PoolClaim.OWN_ONLY, settings);
  }

  private Node start(PoolClaim claim, String... settings) throws Exception {
    return Node.start(
        options(settings),
        claim,
        sentence -> {},
        broken -> {
          throw new AssertionError("the shard broke", broken);
        });
  }

  private StartException refusal(String... settings) {
    StartException refused =
        catchThrowableOfType(
            StartException.class,
            () -> {
              try (Node node = start(settings)) {
                assertThat(node).isNull();
              }
            });
    assertThat(refused).as("the node refuses to start").isNotNull();
    return refused;
  }

  private ControlClient client(Node node) throws Exception {
    String address =
        node.info().endpoints().stream()
            .filter(each -> each.service().equals("management"))
            .map(NodeInfo.Endpoint::address)
            .findFirst()
            .orElseThrow();
    String token = Files.readString(directory.resolve("data/api.token")).strip();
    return new ControlClient(URI.create("http://" + address), token);
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
      client.deleteVolume("gone");
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
  void shouldRefuseADataDirectoryInUse() throws Exception {
    try (Node node = start()) {
      assertThat(node.info().state()).isEqualTo("ready");
      assertThat(refusal().code()).isEqualTo("data-directory-in-use");
    }
  }

  @Test
  void shouldRefusePortsThatAreTakenAndLeaveNothingOpen() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
      for (String option : List.of("management.port", "nvme.port", "iscsi.port")) {
        StartException refused = refusal(option + "=" + taken.getLocalPort());
        assertThat(refused.code()).isEqualTo("address-unavailable");
        assertThat(refused).hasMessageContaining("--set " + option);
      }
    }
    try (Node node = start()) {
      assertThat(node.info().state()).isEqualTo("ready");
    }
  }

  @Test
  void shouldRefuseABlankPoolWhereVolumesAreRecorded() throws Exception {
    try (Node node = start();
        ControlClient client = client(node)) {
      client.createVolume(VolumeSpec.of("db", GIB));
    }
    Files.delete(directory.resolve("data/pool.img"));
    assertThat(refusal()).hasMessageContaining("is blank, and the metadata names volumes");
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
