package io.ashlar.target.nvme.queue;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.ashlar.core.base.Crc32c;
import io.ashlar.target.nvme.pdu.CapsulePdu;
import io.ashlar.target.nvme.pdu.DataPdu;
import io.ashlar.target.nvme.pdu.InitializePdu;
import io.ashlar.target.nvme.pdu.PduHeader;
import io.ashlar.target.nvme.pdu.TermReason;
import io.ashlar.target.nvme.pdu.TerminatePdu;
import io.ashlar.target.nvme.spec.CompletionFlyweight;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// What a connection sends. Small PDUs of one turn are gathered in a page; data goes out from where
/// it lies. All of a turn is flushed at once: when the turn's reading is over, or, for what
/// completes at another time, in a task of the loop.
final class Egress {
  private final Channel channel;
  private final PayloadPool pool;
  private final Crc32c digest = new Crc32c();
  private final Runnable flushTask = this::flushScheduled;

  private @Nullable PayloadBlock page;
  private int pageUsed;
  private boolean headerDigests;
  private boolean dataDigests;

  /// Where data starts in a C2HData PDU: behind header and digest, as the host wants it aligned.
  private int dataOffset = DataPdu.LENGTH_BYTES;

  private boolean reading;
  private boolean dirty;
  private boolean flushIsScheduled;

  Egress(Channel channel, PayloadPool pool) {
    this.channel = channel;
    this.pool = pool;
  }

  /// Goes on on another shard. Nothing may be left to send.
  Egress movedTo(PayloadPool next) {
    Egress moved = new Egress(channel, next);
    moved.headerDigests = headerDigests;
    moved.dataDigests = dataDigests;
    moved.dataOffset = dataOffset;
    return moved;
  }

  /// The socket is being read: what is sent meanwhile goes out at [#endReading].
  void beginReading() {
    reading = true;
  }

  void endReading() {
    reading = false;
    flush();
  }

  /// Answers an ICReq; what follows carries these digests, and data starts at such multiples.
  void initialize(int digests, int alignmentBytes, int hostDataBytesMax) {
    UnsafeBuffer out = room(InitializePdu.LENGTH_BYTES);
    InitializePdu.putResponse(out, pageUsed, digests, hostDataBytesMax);
    pageUsed += InitializePdu.LENGTH_BYTES;
    headerDigests = (digests & InitializePdu.DIGEST_HEADER) != 0;
    dataDigests = (digests & InitializePdu.DIGEST_DATA) != 0;
    int headBytes = DataPdu.LENGTH_BYTES + headerDigestBytes();
    dataOffset = (headBytes + alignmentBytes - 1) / alignmentBytes * alignmentBytes;
    becomeDirty();
  }

  void response(long result, int sqHead, int commandId, int status) {
    UnsafeBuffer out = room(CapsulePdu.RESPONSE_BYTES + PduHeader.DIGEST_BYTES);
    pageUsed = putResponse(out, pageUsed, result, sqHead, commandId, status);
    becomeDirty();
  }

  /// Asks for `length` bytes of a command's data, from `dataOffset` on.
  void readyToTransfer(int commandId, int tag, int dataOffset, int length) {
    UnsafeBuffer out = room(DataPdu.LENGTH_BYTES + PduHeader.DIGEST_BYTES);
    int at = pageUsed;
    int total = DataPdu.LENGTH_BYTES + headerDigestBytes();
    int type =
        PduHeader.typeAndFlags(
            PduHeader.READY_TO_TRANSFER, headerDigests ? PduHeader.FLAG_HEADER_DIGEST : 0);
    PduHeader.put(out, at, type, DataPdu.LENGTH_BYTES, 0, total);
    DataPdu.putTransfer(out, at, commandId, tag, dataOffset, length);
    digestHeader(out, at, DataPdu.LENGTH_BYTES);
    pageUsed += total;
    becomeDirty();
  }

  /// Sends all of a command's data with success: no response follows. Takes the block over.
  void dataWithSuccess(PayloadBlock block, int length, int commandId) {
    int flags = PduHeader.FLAG_LAST | PduHeader.FLAG_SUCCESS;
    int start = putDataHeader(block.bytes(), length, commandId, flags);
    int end = putDataDigest(block.bytes(), PayloadBlock.DATA_START, length);
    send(block, start, end);
  }

  /// Sends all of a command's data and its good response behind it. Takes the block over.
  void dataWithResponse(PayloadBlock block, int length, long result, int sqHead, int commandId) {
    int start = putDataHeader(block.bytes(), length, commandId, PduHeader.FLAG_LAST);
    int end = putDataDigest(block.bytes(), PayloadBlock.DATA_START, length);
    end = putResponse(block.bytes(), end, result, sqHead, commandId, 0);
    send(block, start, end);
  }

  /// Ends the dialogue, quoting the head of the PDU that broke it.
  ///
  /// @return when it has left
  ChannelFuture terminate(
      TermReason reason, int information, DirectBuffer offender, int offset, int length) {
    UnsafeBuffer out = room(TerminatePdu.LENGTH_BYTES + length);
    TerminatePdu.putRequest(out, pageUsed, reason, information, length);
    out.putBytes(pageUsed + TerminatePdu.LENGTH_BYTES, offender, offset, length);
    pageUsed += TerminatePdu.LENGTH_BYTES + length;
    writePage();
    return channel.writeAndFlush(Unpooled.EMPTY_BUFFER);
  }

  /// Sends what is gathered.
  void flush() {
    if (dirty) {
      dirty = false;
      writePage();
      channel.flush();
    }
  }

  /// Gives back what was gathered and will not be sent.
  void discard() {
    PayloadBlock unsent = page;
    page = null;
    if (unsent != null) {
      unsent.release();
    }
  }

  private void flushScheduled() {
    flushIsScheduled = false;
    flush();
  }

  private void becomeDirty() {
    dirty = true;
    if (!reading && !flushIsScheduled) {
      flushIsScheduled = true;
      channel.eventLoop().execute(flushTask);
    }
  }

  private void send(PayloadBlock block, int start, int end) {
    block.setIndex(start, end);
    var _ = channel.write(block, channel.voidPromise());
    becomeDirty();
  }

  private int headerDigestBytes() {
    return headerDigests ? PduHeader.DIGEST_BYTES : 0;
  }

  private int putDataHeader(UnsafeBuffer out, int length, int commandId, int flags) {
    int headBytes = DataPdu.LENGTH_BYTES + headerDigestBytes();
    int start = PayloadBlock.DATA_START - dataOffset;
    int total = dataOffset + length + (dataDigests ? PduHeader.DIGEST_BYTES : 0);
    int allFlags =
        flags
            | (headerDigests ? PduHeader.FLAG_HEADER_DIGEST : 0)
            | (dataDigests ? PduHeader.FLAG_DATA_DIGEST : 0);
    int type = PduHeader.typeAndFlags(PduHeader.C2H_DATA, allFlags);
    PduHeader.put(out, start, type, DataPdu.LENGTH_BYTES, dataOffset, total);
    DataPdu.putTransfer(out, start, commandId, 0, 0, length);
    digestHeader(out, start, DataPdu.LENGTH_BYTES);
    if (dataOffset > headBytes) {
      out.setMemory(start + headBytes, dataOffset - headBytes, (byte) 0);
    }
    return start;
  }

  private int putDataDigest(UnsafeBuffer out, int start, int length) {
    int end = start + length;
    if (dataDigests) {
      out.putInt(end, digest.of(out, start, length), LITTLE_ENDIAN);
      end += PduHeader.DIGEST_BYTES;
    }
    return end;
  }

  private int putResponse(
      UnsafeBuffer out, int at, long result, int sqHead, int commandId, int status) {
    int total = CapsulePdu.RESPONSE_BYTES + headerDigestBytes();
    int type =
        PduHeader.typeAndFlags(
            PduHeader.RESPONSE, headerDigests ? PduHeader.FLAG_HEADER_DIGEST : 0);
    PduHeader.put(out, at, type, CapsulePdu.RESPONSE_BYTES, 0, total);
    CompletionFlyweight.put(out, at + CapsulePdu.ENTRY_OFFSET, result, sqHead, commandId, status);
    digestHeader(out, at, CapsulePdu.RESPONSE_BYTES);
    return at + total;
  }

  private void digestHeader(UnsafeBuffer out, int at, int headerLength) {
    if (headerDigests) {
      out.putInt(at + headerLength, digest.of(out, at, headerLength), LITTLE_ENDIAN);
    }
  }

  private UnsafeBuffer room(int length) {
    PayloadBlock current = page;
    if (current != null && current.bytes().capacity() - pageUsed < length) {
      writePage();
      current = null;
    }
    if (current == null) {
      current = pool.acquirePage();
      page = current;
      pageUsed = 0;
    }
    return current.bytes();
  }

  private void writePage() {
    PayloadBlock full = page;
    if (full != null) {
      page = null;
      full.setIndex(0, pageUsed);
      var _ = channel.write(full, channel.voidPromise());
    }
  }
}
