package io.ashlar.core.transform;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Sealing and opening allocate nothing per block, once each path was taken for the first time.
class ZeroGarbageTest {
  private static final int BLOCKS = 5_000;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final KeyRing keys = new KeyRing(XtsProvider.best());
  private final LayerCipher cipher = keys.add(1, 1, Memory.key(1));
  private final BlockSealer sealer = new BlockSealer();
  private final BlockOpener opener = new BlockOpener(keys);
  private final UnsafeBuffer plain = Memory.outsideTheHeap(4096);
  private final UnsafeBuffer stored = Memory.outsideTheHeap(4096);
  private final SealedBlock block = new SealedBlock();

  @Test
  void shouldSealAndOpenWithoutGarbage() {
    assertNoGarbage(Compression.NONE, null, 4096);
    assertNoGarbage(Compression.NONE, cipher, 4096);
    assertNoGarbage(Compression.LZ4, cipher, 4096);
    assertNoGarbage(Compression.LZ4, cipher, 1000);
    assertNoGarbage(Compression.LZ4, null, 1000);
    assertNoGarbage(Compression.LZ4, cipher, 0);
  }

  private void assertNoGarbage(
      Compression compression, @Nullable LayerCipher with, int randomBytes) {
    byte[] bytes = new byte[randomBytes];
    new Random(1).nextBytes(bytes);
    plain.setMemory(0, 4096, (byte) 0);
    plain.putBytes(0, bytes);
    LayerTransform transform = new LayerTransform(1, compression, with);
    run(transform);
    run(transform);
    long before = threads.getCurrentThreadAllocatedBytes();
    run(transform);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    // The measurement itself, and the interpreter's profile of a call site, may cost a few bytes.
    assertThat(allocated).isLessThan(BLOCKS);
  }

  private void run(LayerTransform transform) {
    for (int i = 0; i < BLOCKS; i++) {
      block.identify(1, i, i);
      sealer.seal(transform, plain, 0, stored, 0, block);
      if (opener.open(block, stored, 0, plain, 0) != OpenResult.OK) {
        throw new AssertionError(block.toString());
      }
    }
  }
}
