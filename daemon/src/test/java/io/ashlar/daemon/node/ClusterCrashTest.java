package io.ashlar.daemon.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.control.ClusterInfo;
import io.ashlar.control.ControlClient;
import io.ashlar.control.VolumeSpec;
import io.ashlar.daemon.cluster.ClusterDirectory;
import io.ashlar.daemon.cluster.ClusterMember;
import io.ashlar.daemon.cluster.Founder;
import io.ashlar.daemon.cluster.Joiner;
import io.ashlar.daemon.cluster.Membership;
import io.ashlar.daemon.cluster.NodeIdentity;
import io.ashlar.daemon.config.DaemonOptions;
import io.ashlar.replication.identity.NodeCredentials;
import io.ashlar.replication.metadata.raft.RaftMember;
import io.ashlar.replication.metadata.raft.RaftMetadataStore;
import io.ashlar.replication.metadata.raft.RaftSettings;
import io.ashlar.replication.metadata.raft.RaftTimings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Nodes whose process ended in the middle of `init` or `join`: what each step leaves on the disk
/// is made by the code of that step alone, and then the node starts.
class ClusterCrashTest {
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

  /// Runs a node that is alone for a moment.
  ///
  /// @return the cluster of one that it is
  private UUID wasAlone(String name) throws Exception {
    cluster.start(name);
    UUID alone = UUID.fromString(cluster.status(name).id());
    cluster.stop(name);
    return alone;
  }

  private ClusterDirectory directoryOf(String name) {
    return new ClusterDirectory(cluster.data(name));
  }

  /// What an opening of the agreed metadata left that did not get far.
  private void leaveHalf(String name, UUID of) throws Exception {
    Path current = cluster.data(name).resolve("cluster/raft/" + of + "/current");
    Files.createDirectories(current);
    Files.write(current.resolve("log_inprogress_0"), new byte[17]);
  }

  @Test
  void shouldBeAloneAsBeforeIfItDidNotGetFar() throws Exception {
    UUID alone = wasAlone("a");
    Path prepared = Files.createDirectory(cluster.data("a").resolve("cluster.new"));
    Files.writeString(prepared.resolve("authority.key"), "half of it");
    cluster.start("a");
    assertThat(cluster.status("a").state()).isEqualTo(ClusterInfo.ALONE);
    cluster.init("a");
    assertThat(cluster.status("a").id()).isEqualTo(alone.toString());
  }

  @Test
  void shouldBeginAnewToAgreeOnWhatItsOwnLogHas() throws Exception {
    cluster.start("a");
    try (ControlClient client = cluster.client("a")) {
      client.createVolume(VolumeSpec.of("db", 1 << 30));
    }
    UUID alone = UUID.fromString(cluster.status("a").id());
    cluster.stop("a");
    Founder.found(directoryOf("a"), alone);
    leaveHalf("a", alone);
    cluster.start("a");
    assertThat(cluster.status("a").state()).isEqualTo(ClusterInfo.MEMBER);
    try (ControlClient client = cluster.client("a")) {
      assertThat(client.volume("db").name()).isEqualTo("db");
    }
    assertThat(cluster.token("a")).startsWith("ashlar-join-");
  }

  private Membership joined(String name, UUID former) throws Exception {
    DaemonOptions options = cluster.options(name);
    return new Joiner(
            directoryOf(name),
            Objects.requireNonNull(options.cluster()),
            NodeIdentity.of(cluster.data(name)),
            name)
        .join(cluster.token("a"), former);
  }

  private void begin() throws Exception {
    cluster.start("a");
    cluster.init("a");
  }

  private void assertJoins(String name) throws Exception {
    cluster.start(name);
    cluster.await("a", info -> ClusterFixture.allUp(info, 2));
    try (ControlClient client = cluster.client(name)) {
      assertThat(client.createVolume(VolumeSpec.of("db", 1 << 30)).name()).isEqualTo("db");
    }
    assertThat(cluster.status("a").volumes()).isOne();
    cluster.stop(name);
    cluster.start(name);
    try (ControlClient client = cluster.client(name)) {
      assertThat(client.volume("db").name()).isEqualTo("db");
    }
  }

  @Test
  void shouldGoOnToJoinBeforeAnybodyWasAskedToLetItVote() throws Exception {
    begin();
    Membership member = joined("b", wasAlone("b"));
    leaveHalf("b", member.cluster());
    assertJoins("b");
  }

  @Test
  void shouldGoOnToJoinWhereTheClusterMayHaveLetItVote() throws Exception {
    begin();
    Membership member = joined("b", wasAlone("b"));
    DaemonOptions.Cluster at = Objects.requireNonNull(cluster.options("b").cluster());
    NodeCredentials credentials = directoryOf("b").identity().loadCredentials();
    RaftSettings settings =
        new RaftSettings(
            member.cluster(),
            new RaftMember(member.node(), at.address().getHostAddress(), at.metadataPort()),
            cluster.data("b").resolve("cluster/raft"),
            RaftTimings.DEFAULT,
            credentials);
    RaftMember contact =
        new RaftMember(
            member.contacts().getFirst().node(),
            member.contacts().getFirst().host(),
            member.contacts().getFirst().metadataPort());
    RaftMetadataStore.join(settings, List.of(contact)).close();
    Path file = cluster.data("b").resolve("cluster/member.json");
    Files.writeString(file, Files.readString(file).replace("JOINING", "ADDING"));
    assertJoins("b");
  }

  @Test
  void shouldFormatItsPoolIfItVotesAlreadyAndDidNotGetToThat() throws Exception {
    begin();
    joined("b", wasAlone("b"));
    ClusterMember member =
        Objects.requireNonNull(
            ClusterMember.open(
                cluster.options("b"),
                directoryOf("b"),
                cluster.data("b").resolve("metadata"),
                sentence -> {}));
    member.metadata().close();
    assertThat(Files.readString(cluster.data("b").resolve("cluster/member.json")))
        .contains("MEMBER");
    assertJoins("b");
  }

  @Test
  void shouldTakeTheSameTokenAgainFromANodeThatLostTheAnswer() throws Exception {
    begin();
    cluster.start("b");
    String token = cluster.token("a");
    UUID former = UUID.fromString(cluster.status("b").id());
    cluster.stop("b");
    DaemonOptions.Cluster at = Objects.requireNonNull(cluster.options("b").cluster());
    UUID node = NodeIdentity.of(cluster.data("b"));
    int first = new Joiner(directoryOf("b"), at, node, "b").join(token, former).number();
    Files.move(cluster.data("b").resolve("cluster"), directory.resolve("lost"));
    cluster.start("b");
    cluster.join("b", token);
    ClusterInfo info = cluster.await("a", seen -> ClusterFixture.allUp(seen, 2));
    assertThat(info.nodes().getLast().number()).isEqualTo(first);
  }
}
