package io.ashlar.daemon.loop;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.unix.FileDescriptor;

/// A disk's eventfd in the loop's epoll set. It only ends the wait; the agents' turn that follows
/// polls the disk. The descriptor stays the disk's.
final class EventFdHandle implements EpollIoHandle {
  private final FileDescriptor descriptor;

  EventFdHandle(int eventFd) {
    this.descriptor = new FileDescriptor(eventFd);
  }

  @Override
  public FileDescriptor fd() {
    return descriptor;
  }

  @Override
  public void handle(IoRegistration registration, IoEvent event) {}

  @Override
  public void close() {}
}
