package io.ashlar.daemon.cluster;

import io.ashlar.control.ControlException;
import io.ashlar.control.ProblemCode;
import io.ashlar.replication.metadata.ClusterCommand;
import io.ashlar.replication.metadata.MetadataStore;
import io.ashlar.replication.metadata.ProposalStatus;
import java.util.concurrent.CompletableFuture;

/// Proposals as control threads make them: they wait for the outcome.
public final class Proposals {
  private Proposals() {}

  /// How a proposal ended.
  ///
  /// @param sentence for people, if it was not committed; else empty
  public record Outcome(ProposalStatus status, String sentence) {}

  /// Proposes and waits. Never on a thread of the store's own, nor a shard's.
  public static Outcome propose(MetadataStore store, ClusterCommand command) {
    CompletableFuture<Outcome> answer = new CompletableFuture<>();
    store.propose(command, (status, sentence) -> answer.complete(new Outcome(status, sentence)));
    return answer.join();
  }

  /// As [#propose].
  ///
  /// @throws ControlException if it is not committed
  public static void commit(MetadataStore store, ClusterCommand command) {
    Outcome outcome = propose(store, command);
    if (outcome.status() != ProposalStatus.COMMITTED) {
      throw new ControlException(
          outcome.status() == ProposalStatus.REFUSED ? ProblemCode.INTERNAL : ProblemCode.NOT_READY,
          "The metadata does not take it: " + outcome.sentence() + ".");
    }
  }
}
