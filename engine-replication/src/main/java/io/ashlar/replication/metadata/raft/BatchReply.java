package io.ashlar.replication.metadata.raft;

import io.ashlar.replication.metadata.ProposalStatus;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// What became of a [ProposalBatch].
///
/// ```
/// 0         4       8
/// +---------+-------+-----------------------------------------+
/// | outcome | count | (status (1) · length (4) · sentence)*   |
/// +---------+-------+-----------------------------------------+
/// ```
///
/// Little-endian; a sentence is UTF-8. A status is 1 for a committed command, 2 for a refused one.
///
/// @param results one for each command, in their order, if the batch was applied
record BatchReply(Outcome outcome, List<Result> results) {
  private static final int COMMITTED = 1;
  private static final int REFUSED = 2;

  /// Outcomes are written as their place in this list, which only ever grows at the end.
  private static final List<Outcome> OUTCOMES =
      List.of(Outcome.APPLIED, Outcome.OVERTAKEN, Outcome.NO_SESSION);

  /// What became of a batch as a whole.
  enum Outcome {
    /// Each command was committed or refused.
    APPLIED,
    /// Nothing was done, because a later batch of the session was applied before.
    OVERTAKEN,
    /// Nothing was done, because the session is not known, or was forgotten.
    NO_SESSION
  }

  /// @param sentence why it was refused; else empty
  record Result(ProposalStatus status, String sentence) {}

  BatchReply {
    results = List.copyOf(results);
  }

  byte[] encode() {
    List<byte[]> sentences = new ArrayList<>();
    int length = 2 * Integer.BYTES;
    for (Result result : results) {
      byte[] sentence = result.sentence().getBytes(StandardCharsets.UTF_8);
      sentences.add(sentence);
      length += 1 + Integer.BYTES + sentence.length;
    }
    ByteBuffer to = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    to.putInt(OUTCOMES.indexOf(outcome)).putInt(results.size());
    for (int i = 0; i < results.size(); i++) {
      boolean isCommitted = results.get(i).status() == ProposalStatus.COMMITTED;
      to.put((byte) (isCommitted ? COMMITTED : REFUSED));
      to.putInt(sentences.get(i).length).put(sentences.get(i));
    }
    return to.array();
  }

  static BatchReply decode(byte[] bytes) {
    ByteBuffer from = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    Outcome outcome = OUTCOMES.get(from.getInt());
    int count = from.getInt();
    List<Result> results = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      boolean isCommitted = from.get() == COMMITTED;
      byte[] sentence = new byte[from.getInt()];
      from.get(sentence);
      results.add(
          new Result(
              isCommitted ? ProposalStatus.COMMITTED : ProposalStatus.REFUSED,
              new String(sentence, StandardCharsets.UTF_8)));
    }
    return new BatchReply(outcome, results);
  }
}
