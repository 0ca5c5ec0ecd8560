package io.ashlar.replication.metadata.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.replication.identity.ClusterAuthority;
import io.ashlar.replication.identity.NodeKeys;
import io.ashlar.replication.identity.Validity;
import io.ashlar.replication.metadata.ProposalStatus;
import io.ashlar.replication.metadata.Samples;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Nodes that prove who they are.
class RaftTlsTest {
  private static final UUID CLUSTER = new UUID(5, 5);
  private final Validity day = Validity.startingAt(Instant.now(), Duration.ofDays(1));

  @TempDir Path directory;

  private RaftTls credentials(ClusterAuthority authority, int node) {
    KeyPair keys = NodeKeys.generate();
    return new RaftTls(
        keys.getPrivate(),
        List.of(authority.issue(node, keys.getPublic(), day)),
        List.of(authority.certificate()));
  }

  @Test
  void shouldAgreeByTls() throws Exception {
    ClusterAuthority authority = ClusterAuthority.create(CLUSTER, day);
    try (RaftCluster cluster = new RaftCluster(directory, 3)) {
      for (int i = 0; i < 3; i++) {
        cluster.secure(i, credentials(authority, i + 1));
      }
      cluster.open();
      for (int i = 0; i < 5; i++) {
        cluster.commit(i % 3, Samples.history().get(i));
      }
    }
  }

  @Test
  void shouldNotListenToAnotherAuthoritysNodeNorToOneWithoutCertificate() throws Exception {
    ClusterAuthority authority = ClusterAuthority.create(CLUSTER, day);
    ClusterAuthority forged = ClusterAuthority.create(CLUSTER, day);
    RaftTimings hasty = new RaftTimings(300, 600, 500, 3_000, 50, 8 << 10);
    try (RaftCluster cluster = new RaftCluster(directory, 3, hasty)) {
      cluster.secure(0, credentials(authority, 1));
      cluster.secure(1, credentials(forged, 2));
      List<RaftMember> members = List.of(cluster.member(0), cluster.member(1), cluster.member(2));
      for (int i = 0; i < 3; i++) {
        cluster.put(i, RaftMetadataStore.form(cluster.settings(i), members));
      }
      for (int i = 0; i < 3; i++) {
        assertThat(cluster.propose(i, Samples.FORM)).isEqualTo(ProposalStatus.UNKNOWN);
        assertThat(cluster.store(i).state().version()).isZero();
      }
    }
  }
}
