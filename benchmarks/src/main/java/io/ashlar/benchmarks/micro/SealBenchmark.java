package io.ashlar.benchmarks.micro;

import io.ashlar.core.transform.BlockOpener;
import io.ashlar.core.transform.BlockSealer;
import io.ashlar.core.transform.Compression;
import io.ashlar.core.transform.DataKey;
import io.ashlar.core.transform.KeyRing;
import io.ashlar.core.transform.LayerCipher;
import io.ashlar.core.transform.LayerTransform;
import io.ashlar.core.transform.OpenResult;
import io.ashlar.core.transform.SealedBlock;
import io.ashlar.core.transform.XtsProvider;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// One 4 KiB block sealed and opened: compression, encryption, checksum, separately and together.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SealBenchmark {
  private static final int BLOCK_BYTES = 4096;
  private static final int LAYER = 1;
  private static final int PHRASE_BYTES = 24;

  /// What the block holds.
  public enum Content {
    /// Shrinks to about a third.
    COMPRESSIBLE,
    /// Does not shrink at all.
    RANDOM
  }

  /// What seals it.
  public enum Cipher {
    NONE,
    OPENSSL,
    JDK
  }

  @Param public Content content = Content.COMPRESSIBLE;
  @Param public Cipher cipher = Cipher.NONE;
  @Param public Compression compression = Compression.NONE;

  private final UnsafeBuffer plain = aligned();
  private final UnsafeBuffer sealed = aligned();
  private final UnsafeBuffer opened = aligned();
  private final SealedBlock block = new SealedBlock();
  private final BlockSealer sealer = new BlockSealer();
  private KeyRing keys = new KeyRing(XtsProvider.JDK);
  private BlockOpener opener = new BlockOpener(keys);
  private LayerTransform transform = new LayerTransform(LAYER, Compression.NONE, null);
  private long writeId;

  private static UnsafeBuffer aligned() {
    return new UnsafeBuffer(BufferUtil.allocateDirectAligned(BLOCK_BYTES, BLOCK_BYTES));
  }

  @Setup
  public void setUp() {
    fill();
    keys =
        new KeyRing(
            switch (cipher) {
              case OPENSSL -> XtsProvider.OPENSSL;
              case NONE, JDK -> XtsProvider.JDK;
            });
    opener = new BlockOpener(keys);
    transform = new LayerTransform(LAYER, compression, layerCipher());
    seal();
  }

  private @Nullable LayerCipher layerCipher() {
    return switch (cipher) {
      case NONE -> null;
      case OPENSSL, JDK -> {
        try (DataKey key = DataKey.generate(new SplittableRandom(1)::nextBytes)) {
          yield keys.add(LAYER, 1, key);
        }
      }
    };
  }

  private void fill() {
    SplittableRandom random = new SplittableRandom(2);
    byte[] bytes = new byte[BLOCK_BYTES];
    random.nextBytes(bytes);
    switch (content) {
      case RANDOM -> {}
      case COMPRESSIBLE -> {
        // A third of the phrases is new, the others are repeated.
        for (int at = 0; at + PHRASE_BYTES <= BLOCK_BYTES; at += PHRASE_BYTES) {
          int from = random.nextInt(3) == 0 ? at : random.nextInt(4) * PHRASE_BYTES;
          System.arraycopy(bytes, from, bytes, at, PHRASE_BYTES);
        }
      }
    }
    plain.putBytes(0, bytes);
  }

  @TearDown
  public void tearDown() {
    keys.destroy();
  }

  @Benchmark
  public int seal() {
    block.identify(LAYER, 7, ++writeId);
    sealer.seal(transform, plain, 0, sealed, 0, block);
    return block.storedLength;
  }

  @Benchmark
  public OpenResult open() {
    return opener.open(block, sealed, 0, opened, 0);
  }
}
