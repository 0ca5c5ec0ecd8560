package io.ashlar.target.iscsi.pdu;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;

/// Any bytes whatever, as they come off a socket. The first byte says which digests are on, the
/// second how long the pieces are in which the rest arrives.
class PduDecoderFuzzTest {
  private static final int DATA_BYTES_MAX = 8192;

  /// However the stream is cut, the same PDUs come out, and no data beyond the limit are taken.
  @FuzzTest(maxExecutions = 1_000_000, maxDuration = "2h")
  void shouldDecodeAnyBytesAlikeHoweverTheyAreCut(byte[] input) {
    if (input.length < 2) {
      return;
    }
    int piece = 1 + (input[1] & 0xFF);
    assertThat(decode(input, piece)).isEqualTo(decode(input, input.length));
  }

  private static List<String> decode(byte[] input, int pieceBytes) {
    Recorder recorder = new Recorder();
    PduDecoder decoder = new PduDecoder(recorder, DATA_BYTES_MAX);
    recorder.decoder = decoder;
    decoder.expectDigests((input[0] & 1) != 0, (input[0] & 2) != 0);
    try {
      for (int at = 2; at < input.length && !decoder.isStopped(); at += pieceBytes) {
        int bytes = Math.min(pieceBytes, input.length - at);
        ByteBuf piece = Unpooled.wrappedBuffer(input, at, bytes);
        decoder.decode(piece);
        assertThat(decoder.isStopped() || !piece.isReadable()).as("all is taken").isTrue();
      }
    } finally {
      decoder.release();
      recorder.sink.release();
    }
    return recorder.events;
  }

  /// Takes all data that it is offered, and notes what it is told.
  private static final class Recorder implements PduListener {
    private final List<String> events = new ArrayList<>();
    private final ByteBuf sink = Unpooled.buffer(DATA_BYTES_MAX).writerIndex(DATA_BYTES_MAX);
    private PduDecoder decoder = new PduDecoder(this, 0);

    @Override
    public void onHeader(ByteBuf header) {
      int bytes = BasicHeader.dataBytes(header);
      assertThat(bytes).isBetween(0, DATA_BYTES_MAX);
      decoder.receiveInto(sink, 0);
    }

    @Override
    public void onPdu(ByteBuf header) {
      int bytes = BasicHeader.dataBytes(header);
      events.add(BasicHeader.opcode(header) + ":" + sink.slice(0, bytes).hashCode());
    }

    @Override
    public void onProtocolError(ByteBuf header, int reason, String sentence) {
      events.add(reason + " " + sentence);
    }
  }
}
