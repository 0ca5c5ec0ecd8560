package io.ashlar.replication.cluster;

import io.ashlar.replication.metadata.Applied;
import io.ashlar.replication.metadata.ClusterCommand;
import io.ashlar.replication.metadata.ClusterState;
import io.ashlar.replication.metadata.MetadataStore.ProposalCompletion;
import io.ashlar.replication.metadata.ProposalStatus;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;

/// The agreed metadata of a simulated cluster: one log, which some node leads that reaches a
/// majority; what is committed arrives at the others late and in order. The rules are the real
/// ones.
final class SimulatedMetadata {
  private static final long ANSWER_NS_MAX = 1_000_000;
  private static final long ELECTION_NS_MIN = 3_000_000;
  private static final long ELECTION_NS_MAX = 8_000_000;
  private static final long PATIENCE_NS = 60_000_000;
  private static final int ANSWERS_LOST_PER_THOUSAND = 30;

  /// Who can talk to whom.
  interface Reach {
    boolean isUp(int node);

    boolean areConnected(int one, int other);
  }

  private record Proposal(
      int node,
      long life,
      ClusterCommand command,
      ProposalCompletion completion,
      long dueNs,
      long untilNs) {}

  private final int nodes;
  private final Reach reach;
  private final SplittableRandom dice;
  private final List<ClusterState> log = new ArrayList<>();
  private final List<Proposal> proposals = new ArrayList<>();
  private final int[] delivered;
  private final long[] deliverNs;
  private int leader;
  private long electionNs;
  long elections;

  SimulatedMetadata(int nodes, ClusterState first, Reach reach, SplittableRandom dice) {
    this.nodes = nodes;
    this.reach = reach;
    this.dice = dice;
    log.add(first);
    delivered = new int[nodes + 1];
    deliverNs = new long[nodes + 1];
  }

  /// The newest state that anybody has.
  ClusterState state() {
    return log.getLast();
  }

  /// What a node knows.
  ClusterState known(int node) {
    return log.get(delivered[node]);
  }

  boolean isUpToDate(int node) {
    return delivered[node] == log.size() - 1;
  }

  boolean leads(int node) {
    return leader == node;
  }

  /// The leader loses its place; another, or it again, gets it after an election.
  void depose(long nowNs) {
    leader = 0;
    electionNs = nowNs + dice.nextLong(ELECTION_NS_MIN, ELECTION_NS_MAX);
  }

  void propose(
      ClusterNode node, ClusterCommand command, ProposalCompletion completion, long nowNs) {
    long dueNs = nowNs + dice.nextLong(ANSWER_NS_MAX);
    proposals.add(
        new Proposal(node.number, node.life, command, completion, dueNs, nowNs + PATIENCE_NS));
  }

  /// Elects, commits and delivers.
  void turn(long nowNs, ClusterRig rig) {
    if (leader != 0 && !hasMajority(leader)) {
      depose(nowNs);
    }
    if (leader == 0 && nowNs >= electionNs) {
      elect(nowNs);
    }
    commit(nowNs, rig);
    for (int node = 1; node <= nodes; node++) {
      deliver(node, nowNs, rig);
    }
  }

  private void elect(long nowNs) {
    int first = dice.nextInt(nodes);
    for (int i = 0; i < nodes; i++) {
      int candidate = 1 + (first + i) % nodes;
      if (hasMajority(candidate)) {
        leader = candidate;
        elections++;
        return;
      }
    }
    electionNs = nowNs + dice.nextLong(ELECTION_NS_MIN, ELECTION_NS_MAX);
  }

  private boolean hasMajority(int node) {
    int reached = 0;
    for (int other = 1; other <= nodes; other++) {
      reached += reaches(node, other) ? 1 : 0;
    }
    return 2 * reached > nodes;
  }

  private boolean reaches(int one, int other) {
    boolean areUp = reach.isUp(one) && reach.isUp(other);
    return areUp && (one == other || reach.areConnected(one, other));
  }

  private void commit(long nowNs, ClusterRig rig) {
    List<Proposal> ended = new ArrayList<>();
    for (Iterator<Proposal> each = proposals.iterator(); each.hasNext(); ) {
      Proposal proposal = each.next();
      boolean isHeard = leader != 0 && reaches(leader, proposal.node);
      if ((nowNs >= proposal.dueNs && isHeard) || nowNs >= proposal.untilNs) {
        each.remove();
        ended.add(proposal);
      }
    }
    for (Proposal proposal : ended) {
      end(proposal, nowNs, rig);
    }
  }

  private void end(Proposal proposal, long nowNs, ClusterRig rig) {
    ProposalStatus status = ProposalStatus.UNKNOWN;
    String sentence = "nobody answers";
    // Who has waited in vain may find later that it was committed all the same.
    if (nowNs < proposal.untilNs || (leader != 0 && dice.nextBoolean())) {
      Applied applied = state().apply(proposal.command);
      String refusal = applied.refusal();
      if (refusal == null) {
        log.add(applied.state());
      }
      boolean isLost = dice.nextInt(1000) < ANSWERS_LOST_PER_THOUSAND || nowNs >= proposal.untilNs;
      status =
          isLost
              ? ProposalStatus.UNKNOWN
              : refusal == null ? ProposalStatus.COMMITTED : ProposalStatus.REFUSED;
      sentence = refusal == null ? "" : refusal;
    }
    ClusterNode node = rig.alive(proposal.node);
    if (node != null && node.life == proposal.life) {
      if (status == ProposalStatus.COMMITTED) {
        deliverAll(node);
      }
      proposal.completion.onComplete(status, sentence);
    }
  }

  private void deliver(int number, long nowNs, ClusterRig rig) {
    ClusterNode node = rig.alive(number);
    boolean isBehind = delivered[number] < log.size() - 1;
    if (node == null || !isBehind || leader == 0 || !reaches(leader, number)) {
      deliverNs[number] = 0;
      return;
    }
    if (deliverNs[number] == 0) {
      deliverNs[number] = nowNs + dice.nextLong(ANSWER_NS_MAX);
    } else if (nowNs >= deliverNs[number]) {
      deliverNs[number] = 0;
      deliverAll(node);
    }
  }

  private void deliverAll(ClusterNode node) {
    while (delivered[node.number] < log.size() - 1) {
      node.onState(log.get(++delivered[node.number]));
    }
  }
}
