package io.ashlar.daemon.demo;

import java.util.List;

/// Three addresses of the loopback interface: for everybody, and nothing has to be made.
final class LoopbackNetwork implements DemoNetwork {
  private static final int FIRST = 31;

  @Override
  public String title() {
    return "loopback addresses of this machine";
  }

  @Override
  public String address(int index) {
    return "127.0.0." + (FIRST + index);
  }

  @Override
  public String range() {
    return "127.0.0.0/24";
  }

  @Override
  public List<String> prefix(int index) {
    return List.of();
  }

  @Override
  public void close() {}
}
