package io.ashlar.daemon.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.control.ClusterInfo;
import io.ashlar.control.ClusterInfo.ClusterNode;
import io.ashlar.control.ControlClient;
import io.ashlar.control.DeleteMode;
import io.ashlar.control.VolumeInfo;
import io.ashlar.control.VolumeSpec;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whole nodes that become a cluster, and go on as one.
class ClusterTest {
  private static final long GIB = 1L << 30;

  @TempDir private Path directory;

  @SuppressWarnings("NullAway.Init") // set before each test
  private ClusterFixture cluster;

  @BeforeEach
  void prepare() {
    cluster = new ClusterFixture(directory);
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  private static ClusterNode node(ClusterInfo info, String name) {
    return info.nodes().stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void shouldKeepItsVolumesAsItBecomesACluster() throws Exception {
    cluster.start("a");
    VolumeInfo before;
    try (ControlClient client = cluster.client("a")) {
      assertThat(client.cluster().state()).isEqualTo(ClusterInfo.ALONE);
      before = client.createVolume(VolumeSpec.of("db", GIB));
    }
    cluster.init("a");
    try (ControlClient client = cluster.client("a")) {
      assertThat(client.volume("db").id()).isEqualTo(before.id());
      VolumeInfo second = client.createVolume(VolumeSpec.of("log", GIB));
      assertThat(client.volumes()).hasSize(2);
      client.deleteVolume("log", DeleteMode.UNUSED);
      assertThat(second.id()).isNotEqualTo(before.id());
      ClusterInfo info = client.cluster();
      assertThat(info.leader()).isEqualTo("a");
      assertThat(info.volumes()).isOne();
      assertThat(node(info, "a").volumes()).isOne();
      assertThatThrownBy(client::initCluster).hasMessageContaining("number 1 of cluster");
    }
    assertThat(directory.resolve("a/metadata")).doesNotExist();
    cluster.stop("a");
    cluster.start("a");
    try (ControlClient client = cluster.client("a")) {
      assertThat(client.volume("db").id()).isEqualTo(before.id());
      assertThat(node(client.cluster(), "a").incarnation()).isEqualTo(2);
    }
  }

  @Test
  void shouldGoOnWithoutOneOfThreeAndTakeItBack() throws Exception {
    cluster.three();
    ClusterInfo info = cluster.status("b");
    assertThat(info.verdict()).isEqualTo("HEALTH_OK");
    assertThat(info.nodes()).extracting(ClusterNode::number).containsExactly(1, 2, 3);
    assertThat(info.nodes())
        .extracting(ClusterNode::zone)
        .containsExactly("rack-a", "rack-b", "rack-c");
    try (ControlClient b = cluster.client("b");
        ControlClient c = cluster.client("c")) {
      c.createVolume(VolumeSpec.of("on-c", GIB));
      VolumeInfo db = b.createVolume(VolumeSpec.of("db", GIB));
      assertThat(b.volumes()).extracting(VolumeInfo::id).containsExactly(db.id());
      assertThatThrownBy(() -> b.volume("on-c")).hasMessageContaining("lives on node 'c'");
      assertThatThrownBy(() -> b.createVolume(VolumeSpec.of("on-c", 2 * GIB)))
          .hasMessageContaining("lives on node 'c'");
    }
    long life = node(info, "c").incarnation();
    cluster.stop("c");
    ClusterInfo without =
        cluster.await(
            "a",
            seen ->
                seen.health().stream()
                    .anyMatch(each ->
                        each.code().equals("cluster-node-down")
                            && each.sentence().contains("Its life " + life + " was ended")));
    assertThat(without.verdict()).isEqualTo("HEALTH_WARN");
    assertThat(node(without, "c").state()).isEqualTo("down");
    assertThat(without.health())
        .anyMatch(each -> each.sentence().contains("1 volume(s) that live on it alone"));
    try (ControlClient a = cluster.client("a")) {
      a.createVolume(VolumeSpec.of("meanwhile", GIB));
    }
    cluster.start("c");
    ClusterInfo back = cluster.await("a", seen -> ClusterFixture.allUp(seen, 3));
    assertThat(node(back, "c").incarnation()).isGreaterThan(life);
    assertThat(back.volumes()).isEqualTo(3);
    try (ControlClient c = cluster.client("c")) {
      assertThat(c.volumes()).extracting(VolumeInfo::name).isEqualTo(List.of("on-c"));
    }
  }
}
