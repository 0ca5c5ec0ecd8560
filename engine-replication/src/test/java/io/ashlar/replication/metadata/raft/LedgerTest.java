package io.ashlar.replication.metadata.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.replication.metadata.ClusterCommand;
import io.ashlar.replication.metadata.MalformedMetadataException;
import io.ashlar.replication.metadata.MetadataCodec;
import io.ashlar.replication.metadata.ProposalStatus;
import io.ashlar.replication.metadata.Samples;
import io.ashlar.replication.metadata.raft.BatchReply.Outcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class LedgerTest {
  private static final UUID SESSION = new UUID(1, 1);

  private final List<Long> heard = new ArrayList<>();
  private Ledger ledger = Ledger.empty();

  private BatchReply apply(UUID session, long number, ClusterCommand... commands) {
    List<byte[]> bytes = Arrays.stream(commands).map(MetadataCodec::encode).toList();
    ProposalBatch sent = new ProposalBatch(session, number, bytes);
    ProposalBatch received = ProposalBatch.decode(sent.encode());
    return BatchReply.decode(
        ledger.apply(received, (command, state) -> heard.add(state.version())));
  }

  @Test
  void shouldApplyABatchInOrder() {
    assertThat(apply(SESSION, 1).outcome()).isEqualTo(Outcome.APPLIED);
    BatchReply reply = apply(SESSION, 2, Samples.FORM, Samples.FORM, Samples.history().get(1));
    assertThat(reply.results().stream().map(BatchReply.Result::status))
        .containsExactly(
            ProposalStatus.COMMITTED, ProposalStatus.REFUSED, ProposalStatus.COMMITTED);
    assertThat(reply.results().get(1).sentence()).contains("formed already");
    assertThat(heard).containsExactly(1L, 2L);
  }

  @Test
  void shouldAnswerABatchThatComesAgainAsTheFirstTime() throws Exception {
    apply(SESSION, 1);
    BatchReply first = apply(SESSION, 2, Samples.FORM);
    assertThat(apply(SESSION, 2, Samples.FORM)).isEqualTo(first);
    ledger = LedgerImage.decode(LedgerImage.encode(ledger));
    assertThat(apply(SESSION, 2, Samples.FORM)).as("after a snapshot").isEqualTo(first);
    assertThat(heard).containsExactly(1L);
  }

  @Test
  void shouldDropWhatWasGivenUp() {
    apply(SESSION, 1);
    apply(SESSION, 3);
    assertThat(apply(SESSION, 2, Samples.FORM).outcome()).isEqualTo(Outcome.OVERTAKEN);
    assertThat(heard).isEmpty();
  }

  @Test
  void shouldApplyNothingOfASessionThatIsNotOpen() {
    assertThat(apply(SESSION, 2, Samples.FORM).outcome()).isEqualTo(Outcome.NO_SESSION);
    assertThat(heard).isEmpty();
    assertThat(ledger.sessions()).isEmpty();
  }

  @Test
  void shouldForgetTheSessionThatWasUsedLongestAgo() {
    apply(SESSION, 1);
    UUID second = new UUID(2, 0);
    apply(second, 1);
    for (int i = 1; i < Ledger.SESSIONS_MAX; i++) {
      apply(SESSION, 1 + i);
      apply(new UUID(2, i), 1);
    }
    assertThat(ledger.sessions()).hasSize(Ledger.SESSIONS_MAX);
    assertThat(ledger.sessions()).containsKey(SESSION).doesNotContainKey(second);
  }

  @Test
  void shouldStopAtACommandThatItCannotRead() {
    apply(SESSION, 1);
    byte[] bytes = MetadataCodec.encode(Samples.FORM);
    bytes[10] ^= 1;
    ProposalBatch damaged = new ProposalBatch(SESSION, 2, List.of(bytes));
    assertThatThrownBy(() -> ledger.apply(damaged, (command, state) -> {}))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("cannot be read");
    byte[] newer = new ProposalBatch(SESSION, 2, List.of()).encode();
    newer[0] = 2;
    assertThatThrownBy(() -> ProposalBatch.decode(newer)).hasMessageContaining("version 2");
  }

  @Test
  void shouldReadImagesBackAndRefuseAnyOtherBytes() throws Exception {
    apply(SESSION, 1);
    apply(SESSION, 2, Samples.FORM, Samples.FORM);
    apply(new UUID(3, 3), 1);
    byte[] image = LedgerImage.encode(ledger);
    Ledger read = LedgerImage.decode(image);
    assertThat(read.state()).isEqualTo(ledger.state());
    assertThat(LedgerImage.encode(read)).isEqualTo(image);
    for (int i = 0; i < image.length * 8; i++) {
      byte[] flipped = image.clone();
      flipped[i / 8] ^= (byte) (1 << (i % 8));
      assertMalformed(flipped);
    }
    for (int length = 0; length < image.length; length++) {
      assertMalformed(Arrays.copyOf(image, length));
    }
  }

  private static void assertMalformed(byte[] bytes) {
    assertThatThrownBy(() -> LedgerImage.decode(bytes))
        .isInstanceOf(MalformedMetadataException.class);
  }
}
