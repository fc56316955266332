/** What takes a namespace down, and what belongs to something that is gone; by either name of the controllers. */
export const CONTROLLERS = [
  "system:kube-controller-manager",
  "system:serviceaccount:kube-system:namespace-controller",
  "system:serviceaccount:kube-system:generic-garbage-collector",
];
