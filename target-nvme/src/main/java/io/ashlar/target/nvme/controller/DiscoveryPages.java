package io.ashlar.target.nvme.controller;

import io.ashlar.target.nvme.spec.DiscoveryEntryFlyweight;
import io.ashlar.target.nvme.spec.IdentifyControllerFlyweight;
import io.ashlar.target.nvme.spec.LogPageId;
import io.ashlar.target.nvme.spec.NvmeStatus;
import io.ashlar.target.nvme.subsystem.Subsystem;
import io.ashlar.target.nvme.subsystem.SubsystemDirectory;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Supplier;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// The pages of a discovery controller (Base 2.0, 3.1.2.3): who it is, and what its host may reach
/// where.
final class DiscoveryPages implements ControllerPages {
  private static final int IDENTIFY_BYTES = 4096;
  private static final int CNS_CONTROLLER = 0x01;

  private final Supplier<SubsystemDirectory> directory;
  private final List<InetSocketAddress> portals;

  /// The directory that `visible` was made from; hosts read the page in many parts.
  private @Nullable SubsystemDirectory visibleIn;

  private List<Subsystem> visible = List.of();

  /// @param portals where subsystems can be reached, as the asking host sees it
  DiscoveryPages(Supplier<SubsystemDirectory> directory, List<InetSocketAddress> portals) {
    this.directory = directory;
    this.portals = portals;
  }

  @Override
  public boolean hasIoQueues() {
    return false;
  }

  @Override
  public void identify(Controller controller, AdminCommand command) {
    if ((command.entry.cdw10() & 0xFF) != CNS_CONTROLLER) {
      command.complete(NvmeStatus.INVALID_FIELD);
      return;
    }
    if (command.dataBytes < IDENTIFY_BYTES) {
      command.complete(NvmeStatus.DATA_SGL_LENGTH_INVALID);
      return;
    }
    IdentifyControllerFlyweight data =
        new IdentifyControllerFlyweight().wrapCleared(command.data, 0);
    IdentifyData.common(controller, data);
    data.put8(
            IdentifyControllerFlyweight.CONTROLLER_TYPE_OFFSET,
            IdentifyControllerFlyweight.TYPE_DISCOVERY)
        .put32(
            IdentifyControllerFlyweight.ASYNC_EVENTS_OFFSET,
            IdentifyControllerFlyweight.EVENT_DISCOVERY)
        .put16(
            IdentifyControllerFlyweight.COMMANDS_MAX_OFFSET,
            controller.limits().queues().queueEntriesMax())
        .putTerminated(
            IdentifyControllerFlyweight.SUBSYSTEM_NQN_OFFSET,
            IdentifyControllerFlyweight.SUBSYSTEM_NQN_BYTES,
            Subsystem.DISCOVERY_NQN);
    command.completeWithData(IDENTIFY_BYTES);
  }

  @Override
  public void getFeature(Controller controller, AdminCommand command) {
    command.complete(NvmeStatus.INVALID_FIELD);
  }

  @Override
  public void setFeature(Controller controller, AdminCommand command) {
    command.complete(NvmeStatus.INVALID_FIELD);
  }

  @Override
  public void logPage(Controller controller, AdminCommand command) {
    LogPageRequest request = LogPageRequest.of(command);
    if (request.pageId() != LogPageId.DISCOVERY) {
      command.complete(NvmeStatus.INVALID_LOG_PAGE);
      return;
    }
    SubsystemDirectory now = directory.get();
    look(now, controller.host().name());
    int entries = visible.size() * portals.size();
    int status = request.refusal(command, (1L + entries) * DiscoveryEntryFlyweight.LENGTH_BYTES);
    if (status != NvmeStatus.SUCCESS) {
      command.complete(status);
      return;
    }
    fillWindow(request, command.data, now.generation());
    command.completeWithData((int) request.lengthBytes());
    request.markRead(controller, AsyncEvents.Kind.DISCOVERY);
  }

  private void look(SubsystemDirectory now, String hostNqn) {
    if (visibleIn != now) {
      visible = now.visibleTo(hostNqn);
      visibleIn = now;
    }
  }

  /// Makes only the entries that the window shows: there may be thousands of subsystems.
  private void fillWindow(LogPageRequest request, UnsafeBuffer out, long generation) {
    int unit = DiscoveryEntryFlyweight.LENGTH_BYTES;
    int length = (int) request.lengthBytes();
    out.setMemory(0, length, (byte) 0);
    UnsafeBuffer scratch = new UnsafeBuffer(new byte[unit]);
    long end = request.offsetBytes() + length;
    int entries = visible.size() * portals.size();
    for (long record = request.offsetBytes() / unit;
        record <= entries && record * unit < end;
        record++) {
      fillRecord(scratch, (int) record, generation);
      long recordStart = record * unit;
      int from = (int) Math.max(0, request.offsetBytes() - recordStart);
      int to = (int) Math.min(unit, end - recordStart);
      int at = (int) (recordStart + from - request.offsetBytes());
      out.putBytes(at, scratch, from, to - from);
    }
  }

  private void fillRecord(UnsafeBuffer scratch, int record, long generation) {
    if (record == 0) {
      DiscoveryEntryFlyweight.putHeader(
          scratch, generation, (long) visible.size() * portals.size());
      return;
    }
    Subsystem subsystem = visible.get((record - 1) / portals.size());
    InetSocketAddress portal = portals.get((record - 1) % portals.size());
    String address = portal.getAddress().getHostAddress();
    int zone = address.indexOf('%');
    DiscoveryEntryFlyweight.put(
        scratch,
        0,
        subsystem.nqn(),
        zone < 0 ? address : address.substring(0, zone),
        portal.getPort());
  }
}
