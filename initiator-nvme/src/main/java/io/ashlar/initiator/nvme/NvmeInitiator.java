package io.ashlar.initiator.nvme;

import io.ashlar.initiator.nvme.command.AdminCommands;
import io.ashlar.initiator.nvme.command.ControllerIdentity;
import io.ashlar.initiator.nvme.command.DiscoveryEntry;
import io.ashlar.initiator.nvme.command.FabricsCommands;
import io.ashlar.initiator.nvme.command.NamespaceIdentity;
import io.ashlar.initiator.nvme.command.NvmeStatus;
import io.ashlar.initiator.nvme.queue.CommandCompletion;
import io.ashlar.initiator.nvme.queue.HostCommand;
import io.ashlar.initiator.nvme.queue.HostQueuePair;
import io.ashlar.initiator.nvme.queue.QueueOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// An association with one controller: its admin queue, and the I/O queues opened through it. All
/// calls are made by one thread, except that an I/O queue may be handed to a thread of its own.
///
/// A keep alive is sent by [#tend], which the owner calls now and then if a keep alive timeout was
/// asked for.
public final class NvmeInitiator implements AutoCloseable {
  private static final int ADMIN_DEPTH = 32;
  private static final int ADMIN_TRANSFER_BYTES_MAX = 64 * 1024;

  /// What every NVMe/TCP controller takes in an admin capsule (TCP Transport Specification §3.5).
  private static final int ADMIN_IN_CAPSULE_BYTES = 8192;

  /// What Connect needs on any queue.
  private static final int CONNECT_IN_CAPSULE_BYTES_MIN = FabricsCommands.CONNECT_DATA_LENGTH;

  private static final int READY_POLL_MS = 10;

  private final InitiatorOptions options;
  private final CommandRunner admin;
  private final List<HostQueuePair> ioQueues = new ArrayList<>();
  private final int controllerId;
  private final int queueEntriesMax;
  private final ControllerIdentity identity;
  private int nextQueueId = 1;
  private long lastKeepAliveNs;

  private NvmeInitiator(InitiatorOptions options, HostQueuePair adminQueue) throws IOException {
    this.options = options;
    this.admin = new CommandRunner(adminQueue, options.subsystemNqn() + " (admin)");
    this.controllerId =
        connectQueue(admin, 0, ADMIN_DEPTH, FabricsCommands.CONTROLLER_ID_ANY) & 0xFFFF;
    this.queueEntriesMax = (int) (property(FabricsCommands.PROPERTY_CAPABILITIES) & 0xFFFF) + 1;
    enable();
    this.identity = ControllerIdentity.read(identify(AdminCommands.CNS_CONTROLLER, 0));
    this.lastKeepAliveNs = System.nanoTime();
  }

  /// Connects the admin queue, enables the controller and identifies it.
  ///
  /// @throws IOException with a sentence: nobody there, unknown subsystem, host not allowed, …
  public static NvmeInitiator connect(InitiatorOptions options) throws IOException {
    HostQueuePair queue =
        HostQueuePair.connect(
            new QueueOptions(
                options.address(),
                ADMIN_DEPTH,
                ADMIN_TRANSFER_BYTES_MAX,
                ADMIN_IN_CAPSULE_BYTES,
                options.transfers().readyToTransferMax(),
                options.transfers().alignmentDwords(),
                options.digests(),
                options.patience().timeout()));
    try {
      return new NvmeInitiator(options, queue);
    } catch (IOException e) {
      queue.close();
      throw e;
    }
  }

  /// Opens an I/O queue of `depth` commands.
  public HostQueuePair openQueue(int depth) throws IOException {
    if (nextQueueId == 1) {
      requestQueues(queueEntriesMax);
    }
    if (depth >= queueEntriesMax) {
      throw new NvmeException(
          "A queue of %s takes at most %d commands, not %d."
              .formatted(options.subsystemNqn(), queueEntriesMax - 1, depth),
          NvmeStatus.INVALID_QUEUE_SIZE.code());
    }
    HostQueuePair queue = HostQueuePair.connect(ioQueueOptions(depth));
    try {
      connectQueue(
          new CommandRunner(queue, options.subsystemNqn()), nextQueueId, depth, controllerId);
    } catch (IOException e) {
      queue.close();
      throw e;
    }
    nextQueueId++;
    ioQueues.add(queue);
    return queue;
  }

  private QueueOptions ioQueueOptions(int depth) {
    int inCapsule =
        Math.clamp(
            identity.inCapsuleBytesMax(),
            CONNECT_IN_CAPSULE_BYTES_MIN,
            QueueOptions.IN_CAPSULE_BYTES_MAX);
    return new QueueOptions(
        options.address(),
        depth,
        Math.min(options.transfers().bytesMax(), identity.maxTransferBytes()),
        inCapsule,
        options.transfers().readyToTransferMax(),
        options.transfers().alignmentDwords(),
        options.digests(),
        options.patience().timeout());
  }

  /// Asks for as many I/O queues as one may; the answer's limit shows when Connect is refused.
  private void requestQueues(int wanted) throws IOException {
    HostCommand command = admin.acquire().withoutData();
    AdminCommands.setNumberOfQueues(command.entry(), Math.min(wanted, 128));
    admin.runOrThrow(command, "Set Features (number of queues)");
    admin.queue().release(command);
  }

  /// A namespace as seen through a queue of its own.
  public NvmeNamespace openNamespace(int nsid, int depth) throws IOException {
    NamespaceIdentity shape = identifyNamespace(nsid);
    if (shape.blockBytes() == 0) {
      throw new NvmeException(
          "There is no namespace " + nsid + " in " + options.subsystemNqn() + ".",
          NvmeStatus.INVALID_NAMESPACE.code());
    }
    return new NvmeNamespace(
        new CommandRunner(openQueue(depth), "namespace " + nsid + " of " + options.subsystemNqn()),
        nsid,
        shape);
  }

  public ControllerIdentity identity() {
    return identity;
  }

  public int controllerId() {
    return controllerId;
  }

  /// Runs admin commands of the caller's own.
  public CommandRunner admin() {
    return admin;
  }

  public NamespaceIdentity identifyNamespace(int nsid) throws IOException {
    return NamespaceIdentity.read(identify(AdminCommands.CNS_NAMESPACE, nsid));
  }

  /// The namespaces that are active, ascending.
  public List<Integer> activeNamespaces() throws IOException {
    ByteBuffer list = identify(AdminCommands.CNS_ACTIVE_NAMESPACES, 0);
    List<Integer> namespaces = new ArrayList<>();
    for (int at = 0; at < list.capacity() && list.getInt(at) != 0; at += Integer.BYTES) {
      namespaces.add(list.getInt(at));
    }
    return namespaces;
  }

  /// Runs Identify and returns its 4096 bytes, little-endian.
  public ByteBuffer identify(int cns, int nsid) throws IOException {
    HostCommand command = admin.acquire().receiving(AdminCommands.IDENTIFY_LENGTH);
    AdminCommands.identify(command.entry(), cns, nsid);
    return take(command, "Identify (CNS %02xh)".formatted(cns));
  }

  /// Runs Get Log Page for `lengthBytes` from the log's `offsetBytes`.
  public ByteBuffer logPage(int logId, int nsid, long offsetBytes, int lengthBytes)
      throws IOException {
    HostCommand command = admin.acquire().receiving(lengthBytes);
    AdminCommands.getLogPage(command.entry(), logId, nsid, offsetBytes, lengthBytes);
    return take(command, "Get Log Page (%02xh)".formatted(logId));
  }

  /// Reads the discovery log of a discovery controller.
  public List<DiscoveryEntry> discover() throws IOException {
    ByteBuffer header = logPage(AdminCommands.LOG_DISCOVERY, 0, 0, DiscoveryEntry.HEADER_LENGTH);
    long count = header.getLong(DiscoveryEntry.RECORD_COUNT_OFFSET);
    List<DiscoveryEntry> entries = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      long offset = DiscoveryEntry.HEADER_LENGTH + i * DiscoveryEntry.LENGTH;
      ByteBuffer page = logPage(AdminCommands.LOG_DISCOVERY, 0, offset, DiscoveryEntry.LENGTH);
      entries.add(DiscoveryEntry.read(page, 0));
    }
    return entries;
  }

  /// Runs Get Features; the value of dword 0.
  public int feature(int feature, int nsid) throws IOException {
    HostCommand command = admin.acquire().withoutData();
    AdminCommands.getFeatures(command.entry(), feature, nsid);
    return (int) result(command, "Get Features (%02xh)".formatted(feature));
  }

  /// Runs Set Features without data; the value of dword 0.
  public int setFeature(int feature, int nsid, int value) throws IOException {
    HostCommand command = admin.acquire().withoutData();
    AdminCommands.setFeatures(command.entry(), feature, nsid, value);
    return (int) result(command, "Set Features (%02xh)".formatted(feature));
  }

  /// Asks the controller to abort a command.
  ///
  /// @return whether it was aborted
  public boolean abort(int queueId, HostCommand victim) throws IOException {
    HostCommand command = admin.acquire().withoutData();
    AdminCommands.abort(command.entry(), queueId, victim.commandId());
    return (result(command, "Abort") & 1) == 0;
  }

  /// Arms one asynchronous event request; the completion's dword 0 tells the event.
  public HostCommand requestEvent(CommandCompletion completion) throws IOException {
    HostCommand command = admin.acquire().withoutData().patiently().completing(completion);
    AdminCommands.asyncEventRequest(command.entry());
    admin.queue().submit(command, System.nanoTime());
    admin.queue().poll(System.nanoTime());
    return command;
  }

  public void keepAlive() throws IOException {
    HostCommand command = admin.acquire().withoutData();
    AdminCommands.keepAlive(command.entry());
    result(command, "Keep Alive");
    lastKeepAliveNs = System.nanoTime();
  }

  /// Receives events, and sends a keep alive when a third of its timeout has passed. Never waits.
  public void tend() {
    long nowNs = System.nanoTime();
    HostQueuePair queue = admin.queue();
    queue.poll(nowNs);
    if (options.patience().keepAlive().isZero()
        || nowNs - lastKeepAliveNs < options.patience().keepAlive().toNanos() / 3) {
      return;
    }
    HostCommand command = queue.acquire();
    if (command != null) {
      command.withoutData().completing(queue::release);
      AdminCommands.keepAlive(command.entry());
      queue.submit(command, nowNs);
      queue.poll(nowNs);
      lastKeepAliveNs = nowNs;
    }
  }

  public long property(int property) throws IOException {
    HostCommand command = admin.acquire().withoutData();
    FabricsCommands.propertyGet(command.entry(), property);
    return result(command, "Property Get (%02xh)".formatted(property));
  }

  public void setProperty(int property, long value) throws IOException {
    HostCommand command = admin.acquire().withoutData();
    FabricsCommands.propertySet(command.entry(), property, value);
    result(command, "Property Set (%02xh)".formatted(property));
  }

  private int connectQueue(CommandRunner runner, int queueId, int depth, int controller)
      throws IOException {
    HostCommand command = runner.acquire().sending(FabricsCommands.CONNECT_DATA_LENGTH);
    int keepAliveMs = queueId == 0 ? Math.toIntExact(options.patience().keepAlive().toMillis()) : 0;
    // One entry more than commands, as a full queue has one entry free.
    FabricsCommands.connect(command.entry(), queueId, depth + 1, keepAliveMs);
    FabricsCommands.putConnectData(
        command.data(),
        options.host().id(),
        controller,
        options.subsystemNqn(),
        options.host().nqn());
    runner.runOrThrow(command, "Connect as " + options.host().nqn());
    int result = (int) command.result();
    runner.queue().release(command);
    return result;
  }

  private void enable() throws IOException {
    setProperty(FabricsCommands.PROPERTY_CONFIGURATION, FabricsCommands.CONFIGURATION_ENABLE);
    awaitStatus(FabricsCommands.STATUS_READY, FabricsCommands.STATUS_READY);
  }

  private void awaitStatus(int mask, int wanted) throws IOException {
    long deadlineNs = System.nanoTime() + options.patience().timeout().toNanos();
    long status = property(FabricsCommands.PROPERTY_STATUS);
    while ((status & mask) != wanted) {
      if ((status & FabricsCommands.STATUS_FATAL) != 0 || System.nanoTime() - deadlineNs >= 0) {
        throw new NvmeException(
            "The controller of %s did not become ready: CSTS is %xh."
                .formatted(options.subsystemNqn(), status),
            NvmeStatus.NAMESPACE_NOT_READY.code());
      }
      admin.queue().await(READY_POLL_MS * 1_000_000L);
      status = property(FabricsCommands.PROPERTY_STATUS);
    }
  }

  private ByteBuffer take(HostCommand command, String what) throws IOException {
    admin.runOrThrow(command, what);
    ByteBuffer copy = NvmeNamespace.copyOf(command);
    admin.queue().release(command);
    return copy;
  }

  private long result(HostCommand command, String what) throws IOException {
    admin.runOrThrow(command, what);
    long result = command.result();
    admin.queue().release(command);
    return result;
  }

  /// Shuts the controller down in order, then closes every connection.
  public void shutdown() throws IOException {
    setProperty(
        FabricsCommands.PROPERTY_CONFIGURATION,
        FabricsCommands.CONFIGURATION_ENABLE | FabricsCommands.CONFIGURATION_SHUTDOWN);
    awaitStatus(FabricsCommands.STATUS_SHUTDOWN_MASK, FabricsCommands.STATUS_SHUTDOWN_COMPLETE);
    close();
  }

  /// Closes every connection at once.
  @Override
  public void close() {
    for (HostQueuePair queue : ioQueues) {
      queue.close();
    }
    admin.queue().close();
  }
}
