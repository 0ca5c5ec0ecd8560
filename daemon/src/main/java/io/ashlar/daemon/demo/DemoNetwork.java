package io.ashlar.daemon.demo;

import java.util.List;

/// The storage network of a demonstration: where each node is, and how a process gets there.
interface DemoNetwork extends AutoCloseable {
  /// For people: what it is made of.
  String title();

  /// The address of a node.
  ///
  /// @param index from 0
  String address(int index);

  /// All of its addresses.
  String range();

  /// What goes before a command so that it runs where the node is.
  List<String> prefix(int index);

  /// Takes it down.
  @Override
  void close();
}
