/// Programs of this machine, run with a time limit, and the tests' demands on what is installed.
@NullMarked
package io.ashlar.interop.tool;

import org.jspecify.annotations.NullMarked;
