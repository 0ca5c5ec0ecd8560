package io.ashlar.replication.failover;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.replication.failover.FailureDetector.Leadership;
import io.ashlar.replication.metadata.ClusterCommand;
import io.ashlar.replication.metadata.ClusterState;
import io.ashlar.replication.metadata.NodeMetadata;
import io.ashlar.replication.metadata.NodePlace;
import io.ashlar.replication.metadata.ReplicaCommand;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// Node 1 watches nodes 2 and 3, a look every 50.
class FailureDetectorTest {
  private static final DetectorTerms TERMS = new DetectorTerms(250, 5_000, 150, 1_000);
  private static final long STEP = 50;

  private final Set<Integer> up = new TreeSet<>(List.of(2, 3));
  private final List<String> gone = new ArrayList<>();
  private final FailureDetector detector = new FailureDetector(1, TERMS, 0);
  private Leadership leadership = Leadership.LEADS;
  private ClusterState state = cluster(3, 1);
  private long now;

  private static NodeMetadata node(int number, long incarnation) {
    NodePlace place = new NodePlace(number, "10.0.0." + number, 1, 2, 3, "");
    return new NodeMetadata(new UUID(7, number), "n" + number, incarnation, place);
  }

  private static ClusterState cluster(int nodes, long incarnation) {
    ClusterState formed =
        ClusterState.EMPTY.apply(new ClusterCommand.FormCluster(new UUID(1, 1))).state();
    for (int number = 1; number <= nodes; number++) {
      formed = formed.apply(new ClusterCommand.PutNode(node(number, incarnation))).state();
    }
    return formed;
  }

  private void apply(ClusterCommand command) {
    state = state.apply(command).state();
    detector.onState(state, now);
  }

  private void pass(long ns) {
    for (long until = now + ns; now < until; ) {
      now += STEP;
      look();
    }
  }

  private void look() {
    detector.look(
        now, up::contains, leadership, node -> gone.add(node.name() + "/" + node.incarnation()));
  }

  private void begin() {
    detector.onState(state, now);
    pass(100);
  }

  @Test
  void shouldTakeForGoneOnlyWhoWasAbsentForTheWholeGrace() {
    begin();
    up.remove(3);
    pass(250);
    assertThat(gone).isEmpty();
    pass(50);
    assertThat(gone).containsExactly("n3/1");
  }

  @Test
  void shouldForgiveAnAbsenceThatEndsInTime() {
    begin();
    for (int round = 0; round < 10; round++) {
      up.remove(3);
      pass(200);
      up.add(3);
      pass(50);
    }
    assertThat(gone).isEmpty();
  }

  @Test
  void shouldHoldItsOwnStopAgainstNobody() {
    begin();
    up.remove(3);
    pass(200);
    now += 60_000;
    look();
    assertThat(gone).as("a stop is no absence of others").isEmpty();
    pass(100);
    assertThat(gone).as("what came before the stop counts").containsExactly("n3/1");
  }

  @Test
  void shouldLeaveItToTheLeaderAndGoOnAtOnceWhenItLeads() {
    begin();
    leadership = Leadership.FOLLOWS;
    up.remove(3);
    pass(1_000);
    assertThat(gone).isEmpty();
    leadership = Leadership.LEADS;
    pass(50);
    assertThat(gone).containsExactly("n3/1");
  }

  @Test
  void shouldJudgeNobodyWhoseMajorityItDoesNotReach() {
    begin();
    up.clear();
    pass(2_000);
    assertThat(gone).isEmpty();
    up.add(2);
    pass(50);
    assertThat(gone).containsExactly("n3/1");
  }

  @Test
  void shouldGiveANewLifeTimeForItsFirstContact() {
    up.remove(3);
    detector.onState(state, now);
    pass(4_900);
    assertThat(gone).isEmpty();
    pass(200);
    assertThat(gone).containsExactly("n3/1");
    apply(new ClusterCommand.PutNode(node(3, 2)));
    pass(4_900);
    assertThat(gone).containsExactly("n3/1");
    up.add(3);
    pass(50);
    up.remove(3);
    pass(300);
    assertThat(gone).as("reached once, it gets the short grace").containsExactly("n3/1", "n3/2");
  }

  @Test
  void shouldSayNothingMoreOfAFencedLifeNorOfOneThatNeverBegan() {
    begin();
    up.remove(3);
    pass(300);
    apply(new ReplicaCommand.FenceNode(new UUID(7, 3), 1));
    apply(new ClusterCommand.PutNode(node(4, 0)));
    pass(20_000);
    assertThat(gone).containsExactly("n3/1");
  }

  @Test
  void shouldSayItAgainAfterAWhileIfNothingCameOfIt() {
    begin();
    up.remove(3);
    pass(1_200);
    assertThat(gone).hasSize(1);
    pass(200);
    assertThat(gone).hasSize(2);
  }

  @Test
  void shouldKnowHowLongANodeWasAbsent() {
    begin();
    up.remove(3);
    pass(400);
    assertThat(detector.absentNs(3, now)).isEqualTo(400);
    assertThat(detector.absentNs(2, now)).isZero();
    assertThat(detector.absentNs(9, now)).isZero();
  }
}
