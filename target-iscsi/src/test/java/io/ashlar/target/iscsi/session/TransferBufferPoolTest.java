package io.ashlar.target.iscsi.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.core.base.CheckFailedException;
import io.ashlar.target.iscsi.scsi.LogicalUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TransferBufferPoolTest {
  private static final long BUDGET = 2L * LogicalUnit.TRANSFER_BYTES_MAX;

  private final TransferBufferPool pool = new TransferBufferPool(BUDGET);

  @Test
  void shouldRefuseWhatExceedsTheBudgetAndServeAgainAfterwards() {
    List<TransferBuffer> taken = new ArrayList<>();
    for (TransferBuffer buffer = acquire(1_000_000); buffer != null; buffer = acquire(1_000_000)) {
      taken.add(buffer);
    }
    assertThat(pool.usedBytes()).isEqualTo(BUDGET);
    assertThat(acquire(1)).isNull();
    taken.forEach(pool::release);
    assertThat(pool.usedBytes()).isZero();
    // another size: the free ones are given back first
    TransferBuffer other = acquire(LogicalUnit.TRANSFER_BYTES_MAX);
    assertThat(other).isNotNull();
    pool.release(other);
    pool.trim();
  }

  /// For a session that holds nothing else.
  private @Nullable TransferBuffer acquire(int bytes) {
    return pool.acquire(bytes, new TransferShare());
  }

  @Test
  void shouldLetNoSessionHoldMoreThanItsShare() {
    TransferShare greedy = new TransferShare();
    List<TransferBuffer> taken = new ArrayList<>();
    for (TransferBuffer buffer = pool.acquire(1 << 20, greedy);
        buffer != null;
        buffer = pool.acquire(1 << 20, greedy)) {
      taken.add(buffer);
    }
    assertThat(pool.usedBytes()).isEqualTo(BUDGET / 4);
    assertThat(pool.hasSpentShare(1, greedy)).isTrue();
    TransferBuffer others = acquire(1 << 20);
    assertThat(others).isNotNull();
    pool.release(others);
    taken.forEach(pool::release);
    assertThat(greedy.heldBytes()).isZero();
    TransferBuffer longest = pool.acquire(LogicalUnit.TRANSFER_BYTES_MAX, greedy);
    assertThat(longest).as("one is always allowed").isNotNull();
    pool.release(longest);
    pool.trim();
  }

  @Test
  void shouldAlwaysHaveAChunkToSendWith() {
    TransferBuffer first = acquire(LogicalUnit.TRANSFER_BYTES_MAX);
    TransferBuffer second = acquire(LogicalUnit.TRANSFER_BYTES_MAX);
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
