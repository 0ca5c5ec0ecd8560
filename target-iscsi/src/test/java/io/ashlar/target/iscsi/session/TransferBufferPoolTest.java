package io.ashlar.target.iscsi.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.core.base.CheckFailedException;
import io.ashlar.target.iscsi.scsi.LogicalUnit;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TransferBufferPoolTest {
  private static final long BUDGET = 2L * LogicalUnit.TRANSFER_BYTES_MAX;

  private final TransferBufferPool pool = new TransferBufferPool(BUDGET);

  @Test
  void shouldRefuseWhatExceedsTheBudgetAndServeAgainAfterwards() {
    List<TransferBuffer> taken = new ArrayList<>();
    for (TransferBuffer buffer = pool.acquire(1_000_000);
        buffer != null;
        buffer = pool.acquire(1_000_000)) {
      taken.add(buffer);
    }
    assertThat(pool.usedBytes()).isEqualTo(BUDGET);
    assertThat(pool.acquire(1)).isNull();
    taken.forEach(pool::release);
    assertThat(pool.usedBytes()).isZero();
    // another size: the free ones are given back first
    TransferBuffer other = pool.acquire(LogicalUnit.TRANSFER_BYTES_MAX);
    assertThat(other).isNotNull();
    pool.release(other);
    pool.trim();
  }

  @Test
  void shouldAlwaysHaveAChunkToSendWith() {
    TransferBuffer first = pool.acquire(LogicalUnit.TRANSFER_BYTES_MAX);
    TransferBuffer second = pool.acquire(LogicalUnit.TRANSFER_BYTES_MAX);
    assertThat(first).isNotNull();
    assertThat(second).isNotNull();
    TransferBuffer chunk = pool.acquireChunk();
    assertThat(pool.usedBytes()).isGreaterThan(BUDGET);
    pool.release(chunk);
    assertThat(pool.usedBytes()).isEqualTo(BUDGET);
    pool.release(first);
    pool.release(second);
    pool.trim();
  }

  @Test
  void shouldNotTakeBackABufferThatTheSocketStillHas() {
    TransferBuffer buffer = pool.acquireChunk();
    buffer.bytes.retain();
    assertThatThrownBy(() -> pool.release(buffer)).isInstanceOf(CheckFailedException.class);
    buffer.bytes.release();
    pool.release(buffer);
    pool.trim();
  }
}
