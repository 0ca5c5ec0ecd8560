package io.ashlar.daemon.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ashlar.control.ControlClient;
import io.ashlar.control.VolumeSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Nodes of a cluster whose files or disks are not what they were: they do not start, and say which
/// file and what to do.
class ClusterDamageTest {
  @TempDir private Path directory;

  @SuppressWarnings("NullAway.Init") // set before each test
  private ClusterFixture cluster;

  @BeforeEach
  void prepare() throws Exception {
    cluster = new ClusterFixture(directory);
    cluster.start("a");
    try (ControlClient client = cluster.client("a")) {
      client.createVolume(VolumeSpec.of("db", 1 << 30));
    }
    cluster.init("a");
    cluster.stop("a");
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  private Path file(String name) {
    return cluster.data("a").resolve(name);
  }

  private StartException refusal(String... settings) {
    StartException refused =
        catchThrowableOfType(StartException.class, () -> cluster.start("a", settings));
    assertThat(refused).as("the node does not start").isNotNull();
    return refused;
  }

  private void assertGoesOn() throws Exception {
    cluster.start("a");
    try (ControlClient client = cluster.client("a")) {
      assertThat(client.volume("db").name()).isEqualTo("db");
    }
  }

  private static void flip(Path file, int at) throws Exception {
    byte[] bytes = Files.readAllBytes(file);
    bytes[at] ^= 1;
    Files.write(file, bytes);
  }

  @Test
  void shouldNameTheFileOfItsIdentityThatIsDamaged() throws Exception {
    for (String name : List.of("node.key", "node.pem", "trusted.pem")) {
      Path file = file("cluster/" + name);
      byte[] sound = Files.readAllBytes(file);
      flip(file, sound.length / 2);
      assertThat(refusal()).hasMessageContaining(name).hasMessageContaining("from a copy");
      Files.delete(file);
      assertThat(refusal()).hasMessageContaining(name + " is missing");
      Files.write(file, sound);
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
      assertThat(refusal()).hasMessageContaining("can be used by others");
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
    assertGoesOn();
  }

  @Test
  void shouldNotTakeItselfForAnotherNode() throws Exception {
    Path member = file("cluster/member.json");
    String sound = Files.readString(member);
    Files.writeString(member, sound.replace("\"number\":1", "\"number\":2"));
    assertThat(refusal()).hasMessageContaining("/node/1's, and this node is");
    Files.writeString(member, sound.substring(0, sound.length() / 2));
    assertThat(refusal()).hasMessageContaining("member.json").hasMessageContaining("is damaged");
    Files.delete(member);
    assertThat(refusal()).hasMessageContaining("member.json").hasMessageContaining("join again");
    Files.writeString(member, sound);
    assertGoesOn();
  }

  @Test
  void shouldNotBeAloneForWantOfAnAddress() throws Exception {
    assertThat(cluster.refusalWithoutAddress("a"))
        .hasMessageContaining("number 1 of cluster")
        .hasMessageContaining("set cluster.address");
    assertGoesOn();
  }

  @Test
  void shouldNameTheMetadatasFileThatIsDamaged() throws Exception {
    Path vote;
    try (Stream<Path> tree = Files.walk(file("cluster/raft"))) {
      vote = tree.filter(each -> each.endsWith("raft-meta")).findFirst().orElseThrow();
    }
    byte[] sound = Files.readAllBytes(vote);
    Files.delete(vote);
    assertThat(refusal()).hasMessageContaining("raft-meta is missing");
    Files.write(vote, sound);
    assertGoesOn();
  }

  @Test
  void shouldRefuseADiskThatIsBlankOrAnOlderCopyOfItself() throws Exception {
    Path pool = file("pool.img");
    Path copy = directory.resolve("copy.img");
    Files.move(pool, copy);
    assertThat(refusal()).hasMessageContaining("is blank, and the metadata names volumes");
    Files.delete(pool);
    Files.copy(copy, pool);
    assertGoesOn();
    cluster.stop("a");
    Files.copy(copy, pool, StandardCopyOption.REPLACE_EXISTING);
    StartException stale = refusal();
    assertThat(stale.code()).isEqualTo("pool-stale");
    assertThat(stale).hasMessageContaining("an older copy").hasMessageContaining("--adopt-pool");
    cluster.adopt("a");
    try (ControlClient client = cluster.client("a")) {
      assertThat(client.volume("db").name()).isEqualTo("db");
    }
  }

  @Test
  void shouldRefuseTheDiskOfAnotherNodeOfTheCluster() throws Exception {
    cluster.start("a");
    cluster.start("b");
    cluster.join("b", cluster.token("a"));
    try (ControlClient client = cluster.client("b")) {
      client.createVolume(VolumeSpec.of("on-b", 1 << 30));
    }
    cluster.stop("a");
    cluster.stop("b");
    Path aside = directory.resolve("aside.img");
    Files.move(file("pool.img"), aside);
    Files.move(cluster.data("b").resolve("pool.img"), file("pool.img"));
    Files.move(aside, cluster.data("b").resolve("pool.img"));
    // Both must run for there to be a majority.
    CompletableFuture<StartException> b =
        CompletableFuture.supplyAsync(
            () -> catchThrowableOfType(StartException.class, () -> cluster.start("b")));
    StartException a = refusal();
    assertThat(a.code()).isEqualTo("pool-stale");
    assertThat(a).hasMessageContaining("holds another pool");
    assertThat(b.get(60, TimeUnit.SECONDS)).isNotNull().hasMessageContaining("another pool");
  }
}
