/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.api.flow;

/**
 * One thing that is wrong with a flow definition.
 *
 * @param path where, as a JSON pointer (RFC 6901), for example {@code /stages/2/module}; empty for the whole document
 * @param message what was expected, what was found, what to do
 */
public record FlowProblem(String path, String message) {}
