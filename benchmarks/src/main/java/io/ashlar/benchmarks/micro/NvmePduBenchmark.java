package io.ashlar.benchmarks.micro;

import io.ashlar.core.base.Crc32c;
import io.ashlar.target.nvme.pdu.CapsulePdu;
import io.ashlar.target.nvme.pdu.DataPdu;
import io.ashlar.target.nvme.pdu.PduDecoder;
import io.ashlar.target.nvme.pdu.PduHeader;
import io.ashlar.target.nvme.pdu.PduSink;
import io.ashlar.target.nvme.pdu.TermReason;
import io.ashlar.target.nvme.spec.CompletionFlyweight;
import io.ashlar.target.nvme.spec.NvmeStatus;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// NVMe/TCP PDUs from and to bytes, without a socket: command capsules with and without 4 KiB of
/// data, and the headers of what is sent back. Data that is sent is not copied, so only its digest
/// would add to these.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class NvmePduBenchmark {
  private static final int BATCH = 32;
  private static final int DATA_BYTES = 4096;
  private static final int WRITE = 1;
  private static final int READ = 2;

  /// What the connection agreed on.
  public enum Digests {
    NONE,
    BOTH
  }

  @Param public Digests digests = Digests.NONE;

  private final Crc32c crc = new Crc32c();
  private final UnsafeBuffer reads = memory();
  private final UnsafeBuffer writes = memory();
  private final UnsafeBuffer out = memory();
  private final Store sink = new Store();
  private PduDecoder decoder = new PduDecoder(sink, DATA_BYTES, DATA_BYTES);
  private int readsBytes;
  private int writesBytes;

  private static UnsafeBuffer memory() {
    return new UnsafeBuffer(BufferUtil.allocateDirectAligned(BATCH * (DATA_BYTES + 128), 64));
  }

  @Setup
  public void setUp() {
    boolean both = digests == Digests.BOTH;
    decoder = new PduDecoder(sink, DATA_BYTES, DATA_BYTES);
    decoder.initialized(both, both);
    readsBytes = 0;
    writesBytes = 0;
    for (int i = 0; i < BATCH; i++) {
      readsBytes += putCommand(reads, readsBytes, READ, 0);
      writesBytes += putCommand(writes, writesBytes, WRITE, DATA_BYTES);
    }
  }

  private int putCommand(UnsafeBuffer to, int at, int opcode, int dataBytes) {
    boolean both = digests == Digests.BOTH;
    int digest = both ? PduHeader.DIGEST_BYTES : 0;
    int dataOffset = CapsulePdu.COMMAND_BYTES + digest;
    int total = dataOffset + (dataBytes > 0 ? dataBytes + digest : 0);
    int flags =
        (both ? PduHeader.FLAG_HEADER_DIGEST : 0)
            | (both && dataBytes > 0 ? PduHeader.FLAG_DATA_DIGEST : 0);
    PduHeader.put(
        to,
        at,
        PduHeader.typeAndFlags(PduHeader.COMMAND, flags),
        CapsulePdu.COMMAND_BYTES,
        dataBytes > 0 ? dataOffset : 0,
        total);
    to.putByte(at + CapsulePdu.ENTRY_OFFSET, (byte) opcode);
    if (both) {
      putDigest(to, at, CapsulePdu.COMMAND_BYTES);
      if (dataBytes > 0) {
        putDigest(to, at + dataOffset, dataBytes);
      }
    }
    return total;
  }

  private void putDigest(UnsafeBuffer to, int at, int bytes) {
    to.putInt(at + bytes, crc.of(to, at, bytes), ByteOrder.LITTLE_ENDIAN);
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public int decodeRead() {
    return decoder.decode(reads, 0, readsBytes);
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public int decodeWrite() {
    return decoder.decode(writes, 0, writesBytes);
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public int encodeResponse() {
    int at = 0;
    for (int i = 0; i < BATCH; i++) {
      CompletionFlyweight.put(out, at + CapsulePdu.ENTRY_OFFSET, 0, i, i, NvmeStatus.SUCCESS);
      at += putHeader(at, PduHeader.RESPONSE, CapsulePdu.RESPONSE_BYTES, 0);
    }
    return at;
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public int encodeData() {
    int at = 0;
    for (int i = 0; i < BATCH; i++) {
      DataPdu.putTransfer(out, at, i, 0, 0, DATA_BYTES);
      at += putHeader(at, PduHeader.C2H_DATA, DataPdu.LENGTH_BYTES, DATA_BYTES);
    }
    return at;
  }

  private int digestBytes() {
    return digests == Digests.BOTH ? PduHeader.DIGEST_BYTES : 0;
  }

  private int putHeader(int at, int type, int headerBytes, int dataBytes) {
    int head = headerBytes + digestBytes();
    int flags = digests == Digests.BOTH ? PduHeader.FLAG_HEADER_DIGEST : 0;
    int dataOffset = dataBytes > 0 ? head : 0;
    int typeAndFlags = PduHeader.typeAndFlags(type, flags);
    PduHeader.put(out, at, typeAndFlags, headerBytes, dataOffset, head + dataBytes);
    if (digests == Digests.BOTH) {
      putDigest(out, at, headerBytes);
    }
    return head;
  }

  /// Puts data where a command's would go.
  private static final class Store implements PduSink {
    private final UnsafeBuffer block =
        new UnsafeBuffer(BufferUtil.allocateDirectAligned(DATA_BYTES, DATA_BYTES));
    private int received;

    @Override
    public boolean onHeader(int type, DirectBuffer header, int offset, int dataLengthBytes) {
      received = 0;
      return true;
    }

    @Override
    public void onData(DirectBuffer source, int offset, int length) {
      block.putBytes(received, source, offset, length);
      received += length;
    }

    @Override
    public void onEnd(boolean intact) {
      if (!intact) {
        throw new IllegalStateException("the data digest is right");
      }
    }

    @Override
    public void onViolation(
        TermReason reason, int information, DirectBuffer header, int offset, int length) {
      throw new IllegalStateException("the stream is right: " + reason);
    }
  }
}
