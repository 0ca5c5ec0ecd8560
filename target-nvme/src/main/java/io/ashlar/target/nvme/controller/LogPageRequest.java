package io.ashlar.target.nvme.controller;

import io.ashlar.target.nvme.spec.CommandFlyweight;
import io.ashlar.target.nvme.spec.NvmeStatus;
import org.agrona.DirectBuffer;

/// The window of a log page that a Get Log Page command asks for (Base 2.0, 5.16).
///
/// @param retainEvent whether the page's event stays unread
/// @param groupsOnly of the ANA page: leave the namespace ids out
record LogPageRequest(
    int pageId, long offsetBytes, long lengthBytes, boolean retainEvent, boolean groupsOnly) {
  static LogPageRequest of(AdminCommand command) {
    CommandFlyweight entry = command.entry;
    long dwords = (entry.cdw10() >>> 16 | (entry.cdw11() & 0xFFFFL) << 16) + 1;
    boolean retain = (entry.cdw10() & 1 << 15) != 0;
    boolean groupsOnly = (entry.cdw10() & 1 << 8) != 0;
    long offset = entry.cdw12And13();
    return new LogPageRequest(
        entry.cdw10() & 0xFF, offset, dwords * Integer.BYTES, retain, groupsOnly);
  }

  /// The status with which the command must end before anything is looked at.
  int refusal(AdminCommand command, long pageBytes) {
    if (lengthBytes > command.dataBytes) {
      return NvmeStatus.DATA_SGL_LENGTH_INVALID;
    }
    boolean within = offsetBytes >= 0 && offsetBytes <= pageBytes && offsetBytes % 4 == 0;
    return within ? NvmeStatus.SUCCESS : NvmeStatus.INVALID_FIELD;
  }

  /// Answers with the window of `page`; what lies beyond the page's end is zero.
  void answer(AdminCommand command, DirectBuffer page) {
    int status = refusal(command, page.capacity());
    if (status != NvmeStatus.SUCCESS) {
      command.complete(status);
      return;
    }
    int start = (int) offsetBytes;
    int length = (int) lengthBytes;
    int known = Math.min(length, page.capacity() - start);
    command.data.setMemory(0, length, (byte) 0);
    command.data.putBytes(0, page, start, known);
    command.completeWithData(length);
  }

  /// The host has read the page of this event.
  void markRead(Controller controller, AsyncEvents.Kind kind) {
    if (!retainEvent) {
      controller.events().wasRead(kind);
    }
  }
}
