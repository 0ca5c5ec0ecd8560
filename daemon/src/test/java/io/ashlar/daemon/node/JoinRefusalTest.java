package io.ashlar.daemon.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.control.ClusterInfo;
import io.ashlar.control.ControlClient;
import io.ashlar.control.ControlException;
import io.ashlar.control.DeleteMode;
import io.ashlar.control.ProblemCode;
import io.ashlar.control.VolumeSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who may not join, and what he is told. `a` is a cluster; `b` stays alone until it is let in.
class JoinRefusalTest {
  @TempDir private Path directory;

  @SuppressWarnings("NullAway.Init") // set before each test
  private ClusterFixture cluster;

  @BeforeEach
  void prepare() throws Exception {
    cluster = new ClusterFixture(directory);
    cluster.start("a");
    cluster.init("a");
    cluster.start("b");
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  private void assertRefused(String name, String token, ProblemCode code, String sentence) {
    try (ControlClient client = cluster.client(name)) {
      assertThatThrownBy(() -> client.joinCluster(token))
          .isInstanceOfSatisfying(
              ControlException.class, refused -> assertThat(refused.code()).isEqualTo(code))
          .hasMessageContaining(sentence);
      assertThat(client.cluster().state()).isEqualTo(ClusterInfo.ALONE);
      assertThat(client.createVolume(VolumeSpec.of("still-alone", 1 << 30)).name())
          .isEqualTo("still-alone");
      client.deleteVolume("still-alone", DeleteMode.UNUSED);
    }
  }

  @Test
  void shouldRefuseWhatIsNoTokenOfTheCluster() throws Exception {
    assertRefused("b", "ashlar-join-hello", ProblemCode.TOKEN_REFUSED, "no token, or not all");
    String used = cluster.token("a");
    cluster.start("c");
    cluster.join("c", used);
    assertRefused("b", used, ProblemCode.TOKEN_REFUSED, "used by another node");
    // A token of a node that is not the one that it names: here the secret is another cluster's.
    cluster.start("d");
    cluster.init("d");
    String foreign = cluster.token("d");
    cluster.stop("d");
    assertRefused("b", foreign, ProblemCode.PEER_UNREACHABLE, "does not answer");
    // Only the issuing node lets nodes in.
    try (ControlClient client = cluster.client("c")) {
      assertThatThrownBy(() -> client.giveToken(3_600)).hasMessageContaining("authority");
    }
  }

  @Test
  void shouldBelieveNobodyWhoseAuthorityIsNotTheTokens() throws Exception {
    String ofA = cluster.token("a");
    cluster.stop("a");
    // An impostor at the same place: a cluster of its own, with an authority of its own.
    Files.move(directory.resolve("a"), directory.resolve("away"));
    cluster.start("a");
    cluster.init("a");
    assertRefused(
        "b", ofA, ProblemCode.PEER_UNREACHABLE, "does not belong to the cluster of the token");
    String ofImpostor = cluster.token("a");
    cluster.join("b", ofImpostor);
    assertThat(cluster.status("b").id()).isEqualTo(cluster.status("a").id());
  }

  @Test
  void shouldRefuseANodeThatHasVolumesUntilTheyAreGone() throws Exception {
    try (ControlClient client = cluster.client("b")) {
      client.createVolume(VolumeSpec.of("db", 1 << 30));
      String token = cluster.token("a");
      assertThatThrownBy(() -> client.joinCluster(token))
          .hasMessageContaining("1 volume(s) of its own");
      client.deleteVolume("db", DeleteMode.UNUSED);
      cluster.join("b", token);
    }
    byte[] kek = Files.readAllBytes(cluster.data("a").resolve("kek"));
    assertThat(Files.readAllBytes(cluster.data("b").resolve("kek")))
        .as("the cluster's key came with the certificate")
        .isEqualTo(kek);
    assertThat(cluster.data("b").resolve("cluster/kek")).doesNotExist();
  }

  @Test
  void shouldRefuseTheNameOfAnotherNode() throws Exception {
    cluster.stop("b");
    cluster.start("b", "node.name=a");
    assertRefused(
        "b", cluster.token("a"), ProblemCode.INVALID_REQUEST, "another node is named 'a'");
  }

  @Test
  void shouldRefuseToBeInAClusterTwice() throws Exception {
    try (ControlClient client = cluster.client("a")) {
      String token = cluster.token("a");
      assertThatThrownBy(() -> client.joinCluster(token)).hasMessageContaining("already");
      assertThatThrownBy(() -> client.giveToken(1)).hasMessageContaining("a minute to seven days");
    }
    try (ControlClient client = cluster.client("b")) {
      assertThatThrownBy(() -> client.giveToken(3_600)).hasMessageContaining("cluster init");
    }
  }
}
