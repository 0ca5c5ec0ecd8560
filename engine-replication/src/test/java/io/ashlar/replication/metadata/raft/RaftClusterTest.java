package io.ashlar.replication.metadata.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.replication.metadata.ClusterCommand;
import io.ashlar.replication.metadata.ClusterCommand.PutNode;
import io.ashlar.replication.metadata.ClusterState;
import io.ashlar.replication.metadata.NodeMetadata;
import io.ashlar.replication.metadata.ProposalStatus;
import io.ashlar.replication.metadata.Samples;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Several nodes that come and go.
class RaftClusterTest {
  @TempDir Path directory;

  private RaftCluster cluster = new RaftCluster(Path.of("unused"), 0);

  private void begin(int nodes) throws Exception {
    cluster = new RaftCluster(directory, nodes);
    cluster.open();
    cluster.commit(0, Samples.FORM);
  }

  @AfterEach
  void closeAll() {
    cluster.close();
  }

  /// A command that can be committed once only.
  private static ClusterCommand once(int number) {
    return new PutNode(new NodeMetadata(new UUID(90, number), "once-" + number, 1));
  }

  @Test
  void shouldGoOnWithoutItsLeaderAndApplyOnceWhatWasUnderWay() throws Exception {
    begin(3);
    for (int round = 0; round < 3; round++) {
      int leader = cluster.leader();
      int other = (leader + 1) % 3;
      assertThat(cluster.store(other).awaitCaughtUp(RaftCluster.PATIENCE_MILLIS)).isNull();
      List<Long> versions = Collections.synchronizedList(new ArrayList<>());
      long before =
          cluster.store(other).watch((command, state) -> versions.add(state.version())).version();
      List<CompletableFuture<BatchReply.Result>> answers = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        answers.add(cluster.answer(other, once(1_000 * round + i)));
      }
      cluster.close(leader);
      long committed = 0;
      for (CompletableFuture<BatchReply.Result> each : answers) {
        BatchReply.Result result = each.get(RaftCluster.PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        assertThat(result.status()).as(result.sentence()).isEqualTo(ProposalStatus.COMMITTED);
        committed++;
      }
      assertThat(cluster.store(other).state().version()).isEqualTo(before + committed);
      assertThat(versions).as("none twice, none left out").hasSize((int) committed).isSorted();
      cluster.resume(leader);
      assertThat(cluster.store(leader).awaitCaughtUp(RaftCluster.PATIENCE_MILLIS)).isNull();
      assertThat(cluster.store(leader).state()).isEqualTo(cluster.store(other).state());
    }
  }

  @Test
  void shouldSayHowManyAnswerWhereThereIsNoQuorum() throws Exception {
    cluster = new RaftCluster(directory, 3, new RaftTimings(300, 600, 500, 2_000, 50, 8 << 10));
    cluster.open();
    cluster.commit(0, Samples.FORM);
    cluster.close(1);
    cluster.close(2);
    BatchReply.Result result =
        cluster.answer(0, once(1)).get(RaftCluster.PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    assertThat(result.status()).isEqualTo(ProposalStatus.UNKNOWN);
    assertThat(result.sentence())
        .contains("no quorum: 1 of its 3 nodes answer and 2 must")
        .contains(cluster.member(1).address());
    cluster.resume(2);
    RaftCluster.await(() -> isCommitted(once(2)));
  }

  private boolean isCommitted(ClusterCommand command) {
    try {
      return cluster.propose(0, command) == ProposalStatus.COMMITTED;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shouldGiveANodeThatLagsAWholeStateAndTellItsWatchers() throws Exception {
    begin(3);
    int behind = (cluster.leader() + 1) % 3;
    int ahead = (behind + 1) % 3;
    cluster.close(behind);
    for (int i = 0; i < 400; i++) {
      cluster.commit(ahead, once(i));
    }
    cluster.resume(behind);
    List<Long> versions = Collections.synchronizedList(new ArrayList<>());
    List<Boolean> isWhole = Collections.synchronizedList(new ArrayList<>());
    ClusterState from =
        cluster
            .store(behind)
            .watch((command, state) -> {
              versions.add(state.version());
              isWhole.add(command == null);
            });
    cluster.awaitVersion(401);
    cluster.commit(behind, once(1_000));
    cluster.awaitVersion(402);
    assertThat(cluster.store(behind).state()).isEqualTo(cluster.store(ahead).state());
    assertThat(isWhole).as("the log no longer has what it missed").contains(true);
    long last = from.version();
    for (int i = 0; i < versions.size(); i++) {
      long next = versions.get(i);
      assertThat(next).as("none twice").isGreaterThan(last);
      assertThat(isWhole.get(i) || next == last + 1).as("no gap that is not told").isTrue();
      last = next;
    }
  }

  @Test
  void shouldGrowFromOneNodeAndLetAnyGo() throws Exception {
    begin(1);
    for (int i = 0; i < 120; i++) {
      cluster.commit(0, once(i));
    }
    for (int i = 1; i < 3; i++) {
      int index = cluster.another();
      cluster.put(
          index, RaftMetadataStore.join(cluster.settings(index), List.of(cluster.member(0))));
      cluster.store(0).addMember(cluster.member(index));
      assertThat(cluster.store(index).awaitCaughtUp(RaftCluster.PATIENCE_MILLIS)).isNull();
      cluster.commit(index, once(1_000 + i));
      assertThat(cluster.store(index).state()).isEqualTo(cluster.store(0).state());
      assertThat(cluster.store(index).members()).hasSize(i + 1);
    }
    cluster.store(1).removeMember(cluster.member(0).node());
    cluster.close(0);
    cluster.commit(1, once(2_000));
    cluster.commit(2, once(2_001));
    assertThat(cluster.store(2).members()).containsExactly(cluster.member(1), cluster.member(2));
    assertThatThrownBy(() -> cluster.store(1).removeMember(cluster.member(0).node()))
        .hasMessageContaining("no member");
  }
}
