package io.ashlar.benchmarks.micro;

import io.ashlar.target.iscsi.pdu.BasicHeader;
import io.ashlar.target.iscsi.pdu.DataInPdu;
import io.ashlar.target.iscsi.pdu.Digest;
import io.ashlar.target.iscsi.pdu.IscsiOpcode;
import io.ashlar.target.iscsi.pdu.PduDecoder;
import io.ashlar.target.iscsi.pdu.PduListener;
import io.ashlar.target.iscsi.pdu.ScsiResponsePdu;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.concurrent.TimeUnit;
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

/// iSCSI PDUs from and to bytes, without a socket: commands with and without 4 KiB of immediate
/// data, SCSI responses, and Data-In with 4 KiB copied beside the header, as the target sends them.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--sun-misc-unsafe-memory-access=allow")
public class IscsiPduBenchmark {
  private static final int BATCH = 32;
  private static final int DATA_BYTES = 4096;
  private static final int GOOD = 0;

  /// What the connection agreed on.
  public enum Digests {
    NONE,
    BOTH
  }

  @Param public Digests digests = Digests.NONE;

  private final Digest digest = new Digest();
  private final ByteBuf reads = memory();
  private final ByteBuf writes = memory();
  private final ByteBuf out = memory();
  private final Store listener = new Store();
  private PduDecoder decoder = new PduDecoder(listener, DATA_BYTES);

  private static ByteBuf memory() {
    return PooledByteBufAllocator.DEFAULT.directBuffer(BATCH * (DATA_BYTES + 128));
  }

  @Setup
  public void setUp() {
    boolean both = digests == Digests.BOTH;
    decoder = new PduDecoder(listener, DATA_BYTES);
    decoder.expectDigests(both, both);
    listener.decoder = decoder;
    reads.clear();
    writes.clear();
    for (int i = 0; i < BATCH; i++) {
      putCommand(reads, 0);
      putCommand(writes, DATA_BYTES);
    }
  }

  private void putCommand(ByteBuf to, int dataBytes) {
    int at = BasicHeader.append(to, IscsiOpcode.SCSI_COMMAND, BasicHeader.FINAL_FLAG);
    BasicHeader.dataBytes(to, at, dataBytes);
    endHeader(to, at);
    if (dataBytes > 0) {
      int data = to.writerIndex();
      to.writeZero(dataBytes);
      endData(to, data);
    }
  }

  private void endHeader(ByteBuf to, int at) {
    if (digests == Digests.BOTH) {
      to.writeIntLE(digest.of(to, at, BasicHeader.BYTES));
    }
  }

  private void endData(ByteBuf to, int at) {
    if (digests == Digests.BOTH) {
      to.writeIntLE(digest.of(to, at, DATA_BYTES));
    }
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public int decodeRead() {
    decoder.decode(reads.readerIndex(0));
    return listener.pdus;
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public int decodeWrite() {
    decoder.decode(writes.readerIndex(0));
    return listener.pdus;
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public int encodeResponse() {
    out.clear();
    for (int i = 0; i < BATCH; i++) {
      int at = ScsiResponsePdu.append(out, 0, 0);
      ScsiResponsePdu.status(out, at, GOOD);
      BasicHeader.taskTag(out, at, i);
      BasicHeader.sequence(out, at, i, i, i + BATCH);
      endHeader(out, at);
    }
    return out.writerIndex();
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public int encodeData() {
    out.clear();
    for (int i = 0; i < BATCH; i++) {
      int flags = BasicHeader.FINAL_FLAG | DataInPdu.STATUS_FLAG;
      int at = DataInPdu.append(out, flags, 0, 0, DATA_BYTES);
      BasicHeader.taskTag(out, at, i);
      DataInPdu.status(out, at, GOOD, 0);
      BasicHeader.sequence(out, at, i, i, i + BATCH);
      endHeader(out, at);
      int data = out.writerIndex();
      out.writeBytes(listener.block, 0, DATA_BYTES);
      endData(out, data);
    }
    return out.writerIndex();
  }

  /// Puts data where a command's would go.
  private static final class Store implements PduListener {
    final ByteBuf block = memory();
    PduDecoder decoder = new PduDecoder(this, DATA_BYTES);
    int pdus;

    @Override
    public void onHeader(ByteBuf header) {
      if (BasicHeader.dataBytes(header) > 0) {
        decoder.receiveInto(block, 0);
      }
    }

    @Override
    public void onPdu(ByteBuf header) {
      pdus++;
    }

    @Override
    public void onProtocolError(ByteBuf header, int reason, String sentence) {
      throw new IllegalStateException("the stream is right: " + sentence);
    }
  }
}
