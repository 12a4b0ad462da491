"""The tools of FraiseQL as steps of a deployment. They run as programs of their own, on the target."""
