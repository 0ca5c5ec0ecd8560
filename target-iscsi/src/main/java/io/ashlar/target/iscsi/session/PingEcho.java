package io.ashlar.target.iscsi.session;

import io.ashlar.target.iscsi.pdu.BasicHeader;
import io.ashlar.target.iscsi.pdu.NopPdu;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/// Answers an initiator's pings with the data that came in them (RFC 7143 §11.18, §11.19).
final class PingEcho {
  private static final int PING_BYTES_MAX = 32 * 1024;

  private final IscsiConnection connection;

  /// An echo is cut at what the initiator takes in one PDU (RFC 7143 §11.19.3).
  private final int echoBytesMax;

  private ByteBuf data = Unpooled.EMPTY_BUFFER;

  PingEcho(IscsiConnection connection, SessionParameters parameters) {
    this.connection = connection;
    this.echoBytesMax = parameters.sendDataSegmentBytes;
  }

  /// Makes room for the data of a NOP-Out whose header came.
  ///
  /// @return false if that is more than a ping may have
  boolean onHeader(ByteBuf header) {
    int bytes = BasicHeader.dataBytes(header);
    if (bytes == 0 || BasicHeader.taskTag(header) == BasicHeader.RESERVED_TAG) {
      return true;
    }
    if (bytes > PING_BYTES_MAX) {
      return false;
    }
    release();
    data = Unpooled.directBuffer(bytes, bytes).writerIndex(bytes);
    connection.decoder().receiveInto(data, 0);
    return true;
  }

  /// Echoes a ping that wants an answer; an answer to ours has told enough by coming.
  void onPdu(ByteBuf header, ConnectionPhase phase) {
    int tag = BasicHeader.taskTag(header);
    if (tag == BasicHeader.RESERVED_TAG) {
      return;
    }
    int bytes = Math.min(BasicHeader.dataBytes(header), echoBytesMax);
    ByteBuf out = connection.writer().roomFor(bytes);
    int at = NopPdu.append(out, tag, BasicHeader.RESERVED_TAG);
    BasicHeader.dataBytes(out, at, bytes);
    phase.sequence(out, at);
    connection.writer().endHeader(out, at);
    int from = out.writerIndex();
    out.writeBytes(data, 0, bytes);
    connection.writer().endData(out, from);
    connection.flushSoon();
    release();
  }

  void release() {
    data.release();
    data = Unpooled.EMPTY_BUFFER;
  }
}
