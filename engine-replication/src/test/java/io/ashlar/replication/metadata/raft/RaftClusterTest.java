package io.ashlar.replication.metadata.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.replication.metadata.ClusterCommand;
import io.ashlar.replication.metadata.ClusterCommand.PutNode;
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
      Heard heard = new Heard(cluster.store(other));
      long before = heard.from;
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
      heard.expectAllUpTo(before + committed);
      cluster.resume(leader);
      assertThat(cluster.store(leader).awaitCaughtUp(RaftCluster.PATIENCE_MILLIS)).isNull();
      assertThat(cluster.store(leader).state()).isEqualTo(cluster.store(other).state());
    }
  }

  @Test
  void shouldSayHowManyAnswerWhereThereIsNoQuorum() throws Exception {
    cluster = new RaftCluster(directory, 3, new RaftTimings(300, 600, 500, 2_000, 50, 8 << 10));
    cluster.open();
    RaftCluster.await(() -> isCommitted(Samples.FORM));
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

  /// Tries what can be committed once: it is refused if a try was committed whose answer came too
  /// late.
  private boolean isCommitted(ClusterCommand command) {
    try {
      ProposalStatus status = cluster.propose(0, command);
      return status == ProposalStatus.COMMITTED || status == ProposalStatus.REFUSED;
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
    Heard heard = new Heard(cluster.store(behind));
    cluster.awaitVersion(401);
    cluster.commit(behind, once(1_000));
    cluster.awaitVersion(402);
    assertThat(cluster.store(behind).state()).isEqualTo(cluster.store(ahead).state());
    // It may be there before anybody can watch.
    assertThat(heard.isWhole.contains(true) || heard.from > 1)
        .as("the log no longer has what it missed")
        .isTrue();
    heard.expectAllUpTo(402);
  }

  /// What a node's watcher heard.
  private static final class Heard {
    private final List<Long> versions = Collections.synchronizedList(new ArrayList<>());
    private final List<Boolean> isWhole = Collections.synchronizedList(new ArrayList<>());
    private final long from;

    Heard(RaftMetadataStore store) {
      from =
          store
              .watch((command, state) -> {
                isWhole.add(command == null);
                versions.add(state.version());
              })
              .version();
    }

    /// None twice, and none left out but what a whole state stands for, which a node gets that was
    /// too slow for the others' logs.
    void expectAllUpTo(long end) throws InterruptedException {
      // The state is there a moment before its watchers hear of it.
      RaftCluster.await(() -> from >= end || (!versions.isEmpty() && versions.getLast() >= end));
      long last = from;
      for (int i = 0; i < versions.size(); i++) {
        long next = versions.get(i);
        assertThat(next).as("none twice").isGreaterThan(last);
        assertThat(isWhole.get(i) || next == last + 1).as("no gap that is not told").isTrue();
        last = next;
      }
      assertThat(last).isEqualTo(end);
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
      // Whoever leads by now may be ahead of node 0.
      cluster.awaitVersion(cluster.store(index).state().version());
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
