package io.ashlar.replication.metadata.raft;

import io.ashlar.replication.metadata.Applied;
import io.ashlar.replication.metadata.ClusterCommand;
import io.ashlar.replication.metadata.ClusterState;
import io.ashlar.replication.metadata.MalformedMetadataException;
import io.ashlar.replication.metadata.MetadataCodec;
import io.ashlar.replication.metadata.MetadataStore.Watcher;
import io.ashlar.replication.metadata.ProposalStatus;
import io.ashlar.replication.metadata.raft.BatchReply.Outcome;
import io.ashlar.replication.metadata.raft.BatchReply.Result;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.UUID;
import org.agrona.concurrent.UnsafeBuffer;

/// The cluster's state, and of each session what was applied last. A batch that arrives again,
/// after whatever elections, restarts and snapshots, is answered as the first time and not applied
/// again: a sender has one batch under way, so the last one is all that need be known. One that was
/// given up and arrives after its successor is dropped.
///
/// Pure: equal on all nodes that applied the same entries. Used by one thread at a time.
final class Ledger {
  /// The sessions that were used last are kept. A node opens one at each start.
  static final int SESSIONS_MAX = 256;

  /// What is remembered of one session.
  static final class Session {
    private final long batch;
    private final byte[] reply;

    Session(long batch, byte[] reply) {
      this.batch = batch;
      this.reply = reply;
    }

    /// The number of the last batch.
    long batch() {
      return batch;
    }

    /// What the last batch was answered.
    byte[] reply() {
      return reply;
    }
  }

  private final LinkedHashMap<UUID, Session> sessions;
  private ClusterState state;

  Ledger(ClusterState state, SequencedMap<UUID, Session> sessions) {
    this.state = state;
    this.sessions = new LinkedHashMap<>(sessions);
  }

  static Ledger empty() {
    return new Ledger(ClusterState.EMPTY, new LinkedHashMap<>());
  }

  ClusterState state() {
    return state;
  }

  /// By when they were used, the latest last.
  SequencedMap<UUID, Session> sessions() {
    return Collections.unmodifiableSequencedMap(sessions);
  }

  /// Applies a batch, and tells `watcher` of each command that was committed by it.
  ///
  /// @return the bytes of the [BatchReply]
  byte[] apply(ProposalBatch batch, Watcher watcher) {
    Session last = sessions.get(batch.session());
    if (last == null && batch.number() != 1) {
      return new BatchReply(Outcome.NO_SESSION, List.of()).encode();
    }
    if (last != null && batch.number() < last.batch()) {
      return new BatchReply(Outcome.OVERTAKEN, List.of()).encode();
    }
    byte[] reply =
        last != null && batch.number() == last.batch()
            ? last.reply()
            : applyCommands(batch, watcher).encode();
    sessions.putLast(batch.session(), new Session(batch.number(), reply));
    if (sessions.size() > SESSIONS_MAX) {
      sessions.pollFirstEntry();
    }
    return reply;
  }

  private BatchReply applyCommands(ProposalBatch batch, Watcher watcher) {
    List<Result> results = new ArrayList<>();
    for (byte[] bytes : batch.commands()) {
      ClusterCommand command = decode(bytes);
      Applied applied = state.apply(command);
      String refusal = applied.refusal();
      if (refusal == null) {
        state = applied.state();
        watcher.onCommitted(command, state);
        results.add(new Result(ProposalStatus.COMMITTED, ""));
      } else {
        results.add(new Result(ProposalStatus.REFUSED, refusal));
      }
    }
    return new BatchReply(Outcome.APPLIED, results);
  }

  private static ClusterCommand decode(byte[] bytes) {
    try {
      return MetadataCodec.decodeCommand(new UnsafeBuffer(bytes), 0, bytes.length);
    } catch (MalformedMetadataException e) {
      // Proposers send only what they could read themselves: another program wrote this.
      throw new IllegalStateException(
          "a committed command of the metadata cannot be read: " + e.getMessage(), e);
    }
  }
}
