package io.ashlar.benchmarks.micro;

import io.ashlar.core.base.Crc32c;
import java.util.concurrent.TimeUnit;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// CRC-32C over memory outside the heap.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ChecksumBenchmark {
  private static final int BYTES_MAX = 131_072;

  @Param({"512", "4096", "131072"})
  public int lengthBytes = BYTES_MAX;

  private final Crc32c crc = new Crc32c();
  private final UnsafeBuffer memory =
      new UnsafeBuffer(BufferUtil.allocateDirectAligned(BYTES_MAX, 4096));

  @Benchmark
  public int crc32c() {
    return crc.of(memory, 0, lengthBytes);
  }
}
