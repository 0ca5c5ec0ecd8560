package io.ashlar.target.nvme.queue;

import io.ashlar.target.nvme.pdu.PduDecoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import org.jspecify.annotations.Nullable;

/// What one connection is read into, chosen before each read:
///
/// | what comes next | buffer |
/// |---|---|
/// | much more data of the PDU at hand | its command's own memory, so that it is not copied |
/// | a header, while much data was asked for | a short one: most of that data is to come alone |
/// | anything else | a long one |
final class ReceiveBuffers implements RecvByteBufAllocator {
  private static final int LONG_BYTES = 64 * 1024;
  private static final int SHORT_BYTES = 4 * 1024;

  /// Less is copied: it is not worth a system call of its own.
  private static final int LANDING_BYTES_MIN = 8 * 1024;

  private final FixedRecvByteBufAllocator common = new FixedRecvByteBufAllocator(LONG_BYTES);
  private final PduDecoder decoder;
  private final Landing landing;
  private @Nullable QueuePair queue;

  /// @param decoder of what is received
  /// @param transferBytesMax the longest data of a command
  ReceiveBuffers(PduDecoder decoder, int transferBytesMax) {
    this.decoder = decoder;
    landing = new Landing(transferBytesMax);
  }

  /// From here on data is for this queue's commands.
  void connected(QueuePair connected) {
    queue = connected;
  }

  @Override
  public ExtendedHandle newHandle() {
    return new Choice((ExtendedHandle) common.newHandle());
  }

  private ByteBuf next(ByteBufAllocator allocator, ExtendedHandle ordinary) {
    QueuePair connected = queue;
    if (connected == null || connected.isClosed()) {
      return ordinary.allocate(allocator);
    }
    int dataBytes = decoder.dataLeft();
    if (dataBytes >= LANDING_BYTES_MIN && connected.receives(dataBytes)) {
      return connected.landAt(landing, dataBytes);
    }
    return dataBytes == 0 && connected.awaitsLongData()
        ? allocator.ioBuffer(SHORT_BYTES)
        : ordinary.allocate(allocator);
  }

  private final class Choice extends DelegatingHandle implements ExtendedHandle {
    private final ExtendedHandle ordinary;

    Choice(ExtendedHandle ordinary) {
      super(ordinary);
      this.ordinary = ordinary;
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
      return next(allocator, ordinary);
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
      return ordinary.continueReading(maybeMore);
    }
  }
}
