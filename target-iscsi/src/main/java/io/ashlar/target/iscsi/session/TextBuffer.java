package io.ashlar.target.iscsi.session;

import io.ashlar.target.iscsi.pdu.BasicHeader;
import io.ashlar.target.iscsi.pdu.PduDecoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/// Collects text that may come in several PDUs (the C bit), within a limit.
final class TextBuffer {
  static final int BYTES_MAX = 4 * SessionParameters.LOGIN_DATA_SEGMENT_BYTES;

  private @Nullable ByteBuf bytes;
  private int received;

  /// Lets the decoder put this PDU's data behind the last one's.
  ///
  /// @return false if the text would exceed the limit
  boolean receive(ByteBuf header, PduDecoder decoder) {
    int more = BasicHeader.dataBytes(header);
    if (more > BYTES_MAX - received) {
      return false;
    }
    if (more > 0) {
      ByteBuf target = bytes;
      if (target == null) {
        target = Unpooled.directBuffer(SessionParameters.LOGIN_DATA_SEGMENT_BYTES, BYTES_MAX);
        bytes = target;
      }
      target.writerIndex(received).ensureWritable(more).writerIndex(received + more);
      decoder.receiveInto(target, received);
      received += more;
    }
    return true;
  }

  /// The keys that were collected, which it then forgets; null if they are none.
  @Nullable TextKeys take() {
    ByteBuf text = bytes;
    TextKeys keys = text == null ? new TextKeys() : TextKeys.parse(text, 0, received);
    clear();
    return keys;
  }

  void clear() {
    received = 0;
    ByteBuf text = bytes;
    if (text != null) {
      text.clear();
    }
  }

  void release() {
    ByteBuf text = bytes;
    if (text != null) {
      bytes = null;
      text.release();
    }
  }
}
