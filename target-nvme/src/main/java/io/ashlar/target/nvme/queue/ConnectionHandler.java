package io.ashlar.target.nvme.queue;

import static java.util.Objects.requireNonNull;

import io.ashlar.core.reservation.ReservationGate;
import io.ashlar.target.nvme.controller.ConnectOutcome;
import io.ashlar.target.nvme.controller.ConnectRequest;
import io.ashlar.target.nvme.controller.Controller;
import io.ashlar.target.nvme.controller.ControllerQueue;
import io.ashlar.target.nvme.controller.SubsystemControllers;
import io.ashlar.target.nvme.pdu.CapsulePdu;
import io.ashlar.target.nvme.pdu.InitializePdu;
import io.ashlar.target.nvme.pdu.PduDecoder;
import io.ashlar.target.nvme.pdu.PduHeader;
import io.ashlar.target.nvme.pdu.PduSink;
import io.ashlar.target.nvme.pdu.TermReason;
import io.ashlar.target.nvme.pdu.TerminatePdu;
import io.ashlar.target.nvme.spec.NvmeStatus;
import io.ashlar.target.nvme.subsystem.DigestPolicy;
import io.ashlar.target.nvme.subsystem.Subsystem;
import io.ashlar.target.nvme.subsystem.TargetLimits;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One connection: the only handler of its pipeline. Reads PDUs, brings the connection to its
/// volume's shard once Connect has named it, and from then on passes PDUs to its queue pair.
public final class ConnectionHandler extends ChannelInboundHandlerAdapter
    implements PduSink, ControllerQueue {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectionHandler.class);

  /// Admin queues take this much data in a capsule, whatever I/O queues may (TCP 1.0, 3.3.2.1).
  private static final int ADMIN_CAPSULE_BYTES = 8 * 1024;

  private static final int DWORD_BYTES = 4;

  private final TargetContext target;
  private final TargetLimits limits;
  private final Channel channel;
  private final PduDecoder decoder;
  private final ReceiveBuffers buffers;
  private final UnsafeBuffer wire = new UnsafeBuffer(0, 0);
  private Egress egress;
  private ConnectionState state = ConnectionState.AWAITING_INITIALIZE;
  private @Nullable ScheduledFuture<?> loginTimeout;
  private @Nullable ByteBuf leftOver;
  private @Nullable ConnectExchange connect;
  private @Nullable QueuePair queue;
  private int queueId;

  public ConnectionHandler(Channel channel, TargetContext target) {
    this.target = target;
    this.channel = channel;
    limits = target.limits();
    int capsuleBytesMax = Math.max(ADMIN_CAPSULE_BYTES, limits.queues().inCapsuleBytesMax());
    decoder = new PduDecoder(this, capsuleBytesMax, limits.queues().transferBytesMax());
    buffers = new ReceiveBuffers(decoder, limits.queues().transferBytesMax());
    channel.config().setRecvByteBufAllocator(buffers);
    egress = new Egress(channel, target.shard(channel.eventLoop()).pool());
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    loginTimeout =
        channel
            .eventLoop()
            .schedule(
                () -> disconnect("it did not connect a queue in time"),
                limits.connections().loginTimeoutMs(),
                TimeUnit.MILLISECONDS);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf in = (ByteBuf) message;
    egress.beginReading();
    try {
      take(in);
    } finally {
      in.release();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    egress.endReading();
  }

  private void take(ByteBuf in) {
    ByteBuf held = leftOver;
    if (held != null) {
      held.writeBytes(in);
      return;
    }
    int length = in.readableBytes();
    if (in.hasMemoryAddress()) {
      wire.wrap(in.memoryAddress() + in.readerIndex(), length);
    } else { // some allocators make an object for each such view
      ByteBuffer bytes = in.internalNioBuffer(in.readerIndex(), length);
      wire.wrap(bytes, bytes.position(), length);
    }
    int used = decoder.decode(wire, 0, length);
    if (used < length || decoder.isHeld()) {
      leftOver =
          channel
              .alloc()
              .buffer(length - used)
              .writeBytes(in, in.readerIndex() + used, length - used);
      updateReading();
    }
  }

  /// There may be room now for what was held.
  private void resume() {
    ByteBuf held = leftOver;
    if (held == null || state == ConnectionState.CLOSED) {
      return;
    }
    leftOver = null;
    egress.beginReading();
    try {
      if (held.isReadable()) {
        take(held);
      } else {
        decoder.decode(wire, 0, 0);
      }
      if (decoder.isHeld() && leftOver == null) {
        leftOver = channel.alloc().buffer();
      }
    } finally {
      held.release();
      egress.endReading();
    }
    updateReading();
  }

  /// A host is read from only if it reads too, and if there is room for what it sends.
  private void updateReading() {
    channel.config().setAutoRead(channel.isWritable() && leftOver == null);
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    updateReading();
  }

  @Override
  public boolean onHeader(int type, DirectBuffer header, int offset, int dataLengthBytes) {
    return switch (state) {
      case AWAITING_INITIALIZE -> onFirst(type, header, offset);
      case AWAITING_CONNECT -> onConnect(type, header, offset, dataLengthBytes);
      case CONNECTING -> false;
      case CONNECTED -> onNext(type, header, offset, dataLengthBytes);
      case ENDING, CLOSED -> true;
    };
  }

  private boolean onNext(int type, DirectBuffer header, int offset, int dataBytes) {
    QueuePair connected = requireNonNull(queue);
    if (type == PduHeader.COMMAND) {
      if (!connected.hasFreeSlot()) {
        onViolation(TermReason.SEQUENCE_ERROR, 0, header, offset, CapsulePdu.COMMAND_BYTES);
        return true;
      }
      return connected.onCapsule(header, offset + CapsulePdu.ENTRY_OFFSET, dataBytes);
    }
    if (type == PduHeader.H2C_DATA) {
      TermReason wrong = connected.onHostData(header, offset, dataBytes);
      if (wrong != null) {
        onViolation(wrong, 0, header, offset, PduHeader.headerLength(header, offset));
      }
      return true;
    }
    return onHostTerminates(header, offset);
  }

  private boolean onHostTerminates(DirectBuffer header, int offset) {
    LOG.info(
        "{} ended the connection: fatal error status {}, information {}",
        channel.remoteAddress(),
        TerminatePdu.code(header, offset),
        TerminatePdu.information(header, offset));
    end();
    return true;
  }

  private boolean onFirst(int type, DirectBuffer header, int offset) {
    if (type == PduHeader.H2C_TERMINATE) {
      return onHostTerminates(header, offset);
    }
    if (InitializePdu.version(header, offset) != InitializePdu.VERSION) {
      violation(TermReason.UNSUPPORTED_PARAMETER, InitializePdu.VERSION_OFFSET, header, offset);
      return true;
    }
    int alignment = InitializePdu.alignment(header, offset);
    if (alignment > InitializePdu.ALIGNMENT_MAX) {
      violation(TermReason.INVALID_HEADER_FIELD, InitializePdu.ALIGNMENT_OFFSET, header, offset);
      return true;
    }
    int known = InitializePdu.DIGEST_HEADER | InitializePdu.DIGEST_DATA;
    int granted = limits.digests() == DigestPolicy.ALLOWED ? known : 0;
    int digests = InitializePdu.digest(header, offset) & granted;
    int alignmentBytes = (alignment + 1) * DWORD_BYTES;
    egress.initialize(digests, alignmentBytes, limits.queues().transferBytesMax());
    decoder.initialized(
        (digests & InitializePdu.DIGEST_HEADER) != 0, (digests & InitializePdu.DIGEST_DATA) != 0);
    connect = new ConnectExchange();
    state(ConnectionState.AWAITING_CONNECT);
    return true;
  }

  private void violation(TermReason reason, int information, DirectBuffer header, int offset) {
    onViolation(reason, information, header, offset, PduHeader.headerLength(header, offset));
  }

  private boolean onConnect(int type, DirectBuffer header, int offset, int dataBytes) {
    if (type == PduHeader.H2C_TERMINATE) {
      return onHostTerminates(header, offset);
    }
    ConnectExchange exchange = requireNonNull(connect);
    if (type != PduHeader.COMMAND) {
      violation(TermReason.SEQUENCE_ERROR, 0, header, offset);
    } else if (exchange.isBegun()) {
      return false; // one thing at a time: the Connect's answer first
    } else {
      exchange.begin(header, offset + CapsulePdu.ENTRY_OFFSET, dataBytes);
    }
    return true;
  }

  @Override
  public void onData(DirectBuffer source, int offset, int length) {
    if (state == ConnectionState.CONNECTED) {
      requireNonNull(queue).onData(source, offset, length);
    } else if (state == ConnectionState.AWAITING_CONNECT) {
      requireNonNull(connect).take(source, offset, length);
    }
  }

  @Override
  public void onEnd(boolean intact) {
    if (state == ConnectionState.CONNECTED) {
      requireNonNull(queue).onEnd(intact);
      return;
    }
    ConnectExchange exchange = connect;
    if (state == ConnectionState.AWAITING_CONNECT && exchange != null && exchange.isBegun()) {
      int status = exchange.status(intact);
      if (status == NvmeStatus.SUCCESS) {
        connect(exchange.request());
      } else {
        refuse(status, 0);
      }
    }
  }

  @Override
  public void onViolation(
      TermReason reason, int information, DirectBuffer header, int offset, int length) {
    LOG.info(
        "{} broke the protocol and is cut off: {}, information {}",
        channel.remoteAddress(),
        reason,
        information);
    decoder.stop();
    state(ConnectionState.ENDING);
    leaveQueue();
    egress
        .terminate(reason, information, header, offset, length)
        .addListener(future -> closeLater());
  }

  private void connect(ConnectRequest request) {
    cancelLoginTimeout();
    state(ConnectionState.CONNECTING);
    if (request.status() != NvmeStatus.SUCCESS) {
      refuse(request.status(), request.result());
      return;
    }
    String nqn = requireNonNull(request.subsystemNqn());
    if (nqn.equals(Subsystem.DISCOVERY_NQN)) {
      connectDiscovery(request);
      return;
    }
    Subsystem subsystem = target.directory().find(nqn);
    if (subsystem == null) {
      refuse(NvmeStatus.CONNECT_INVALID_PARAMETERS, ConnectRequest.SUBSYSTEM_NQN_FIELD);
    } else if (!subsystem.access().allows(requireNonNull(request.host()).name())) {
      refuse(NvmeStatus.CONNECT_INVALID_HOST, 0);
    } else if (subsystem.shard().equals(channel.eventLoop())) {
      connectHere(request);
    } else {
      moveTo(subsystem.shard(), request);
    }
  }

  /// Leaves this loop for the shard's; the Connect is finished there. Nothing is read meanwhile.
  private void moveTo(EventLoop shard, ConnectRequest request) {
    egress.endReading();
    channel.config().setAutoRead(false);
    channel.deregister().addListener(left -> registerWith(shard, request));
  }

  private void registerWith(EventLoop shard, ConnectRequest request) {
    var _ =
        shard
            .register(channel)
            .addListener(arrived -> {
              if (arrived.isSuccess()) {
                arriveAt(shard, request);
              } else {
                hangUp();
              }
            });
  }

  private void hangUp() {
    var _ = channel.close();
  }

  private void arriveAt(EventLoop shard, ConnectRequest request) {
    if (state == ConnectionState.CLOSED) {
      return;
    }
    egress = egress.movedTo(target.shard(shard).pool());
    connectHere(request);
    egress.flush();
    if (leftOver == null) {
      updateReading();
    } else {
      resume();
    }
  }

  private void connectHere(ConnectRequest request) {
    ShardContext shard = target.shard(channel.eventLoop());
    SubsystemControllers owner = shard.subsystem(requireNonNull(request.subsystemNqn()));
    if (owner == null) {
      refuse(NvmeStatus.CONNECT_INVALID_PARAMETERS, ConnectRequest.SUBSYSTEM_NQN_FIELD);
      return;
    }
    queueId = request.queueId();
    answer(request, owner.connect(request, this), owner);
  }

  private void connectDiscovery(ConnectRequest request) {
    queueId = request.queueId();
    ShardContext shard = target.shard(channel.eventLoop());
    InetSocketAddress local = (InetSocketAddress) channel.localAddress();
    answer(request, shard.discovery().connect(request, this, target.portals(local)), null);
  }

  private void answer(
      ConnectRequest request, ConnectOutcome outcome, @Nullable SubsystemControllers owner) {
    Controller controller = outcome.controller();
    if (controller == null) {
      refuse(outcome.status(), outcome.result());
      return;
    }
    QueueSetup setup =
        new QueueSetup(
            target.shard(channel.eventLoop()).pool(),
            request.queueEntries(),
            request.withoutFlowControl(),
            this::resume,
            this::end);
    queue =
        queueId == 0 || owner == null
            ? new AdminQueue(controller, egress, setup)
            : new IoQueue(controller, owner, egress, setup, limits.queues().transferBytesMax());
    LOG.debug(
        "{} connected queue {} of controller {}",
        channel.remoteAddress(),
        queueId,
        controller.id());
    buffers.connected(queue);
    state(ConnectionState.CONNECTED);
    if (queueId == 0 && owner != null) {
      LOG.info(
          "{} connected to {} from {}.",
          controller.host().name(),
          owner.subsystem().nqn(),
          channel.remoteAddress());
    }
    int sqHead = request.withoutFlowControl() ? QueuePair.SQ_HEAD_UNUSED : 0;
    ConnectExchange exchange = requireNonNull(connect);
    egress.response(outcome.result(), sqHead, exchange.commandId(), NvmeStatus.SUCCESS);
    connect = null;
  }

  private void refuse(int status, long result) {
    LOG.info(
        "{} was refused a connection: status {}",
        channel.remoteAddress(),
        Integer.toHexString(status));
    egress.response(result, 0, requireNonNull(connect).commandId(), status);
    end();
  }

  /// Says no more; the host may still read what was sent.
  private void end() {
    decoder.stop();
    state(ConnectionState.ENDING);
    leaveQueue();
    egress.flush();
    closeLater();
  }

  private void leaveQueue() {
    QueuePair connected = queue;
    if (connected != null) {
      connected.close();
      connected.controller.detach(this);
    }
  }

  private void closeLater() {
    var _ =
        channel
            .eventLoop()
            .schedule(this::hangUp, limits.connections().lingerMs(), TimeUnit.MILLISECONDS);
  }

  @Override
  public int queueId() {
    return queueId;
  }

  @Override
  public boolean abort(int commandId) {
    QueuePair connected = queue;
    return connected != null && connected.abort(commandId);
  }

  @Override
  public void preempt(ReservationGate gate) {
    QueuePair connected = queue;
    if (connected != null) {
      connected.preempt(gate);
    }
  }

  @Override
  public void disconnect(String reason) {
    LOG.info("connection of {} is closed: {}", channel.remoteAddress(), reason);
    var _ = channel.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (state == ConnectionState.CLOSED) {
      return;
    }
    state(ConnectionState.CLOSED);
    decoder.stop();
    cancelLoginTimeout();
    leaveQueue();
    ByteBuf held = leftOver;
    leftOver = null;
    if (held != null) {
      held.release();
    }
    egress.discard();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof java.io.IOException) {
      LOG.debug("connection of {} failed", channel.remoteAddress(), cause);
    } else {
      LOG.error("connection of {} is closed because of a bug", channel.remoteAddress(), cause);
    }
    hangUp();
  }

  private void cancelLoginTimeout() {
    ScheduledFuture<?> pending = loginTimeout;
    loginTimeout = null;
    if (pending != null) {
      pending.cancel(false);
    }
  }

  private void state(ConnectionState next) {
    LOG.trace("connection of {}: {} -> {}", channel.remoteAddress(), state, next);
    state = next;
  }
}
