/* SPDX-License-Identifier: Apache-2.0 */
package io.bascule.karaf.itests;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.reflect.Method;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;
import org.opentest4j.TestAbortedException;

/**
 * Tests of one gateway that build on each other, in their {@link Order}. One that is asked for alone, by a person or as a second try, is
 * preceded by those before it.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@ExtendWith(Story.Steps.class)
@interface Story {

    /** Runs the steps before the one that is asked for, unless they have run. */
    final class Steps implements BeforeEachCallback {

        private final Set<Method> begun = new HashSet<>();

        @Override
        public void beforeEach(ExtensionContext context) {
            Method asked = context.getRequiredTestMethod();
            for (Method step : stepsBefore(asked)) {
                if (begun.add(step)) {
                    run(step, context.getRequiredTestInstance());
                }
            }
            begun.add(asked);
        }

        private static List<Method> stepsBefore(Method asked) {
            return AnnotationSupport.findAnnotatedMethods(
                            asked.getDeclaringClass(), Test.class, HierarchyTraversalMode.TOP_DOWN)
                    .stream()
                    .filter(step -> place(step) < place(asked))
                    .sorted(Comparator.comparingInt(Steps::place))
                    .toList();
        }

        private static int place(Method step) {
            Order order = step.getAnnotation(Order.class);
            if (order == null) {
                throw new IllegalStateException(step + " has no @Order; each step of a story has one");
            }
            return order.value();
        }

        private static void run(Method step, Object story) {
            try {
                ReflectionSupport.invokeMethod(step, story);
            } catch (TestAbortedException e) {
                // Not possible here, which is said where the step itself is asked for.
            }
        }
    }
}
