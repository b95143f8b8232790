"""The same service by Flask and scikit-learn, for bench/server.mjs: /sample runs Gibbs sweeps of a BernoulliRBM.

    PEER_MODEL=weights.npy gunicorn --workers 2 --bind 127.0.0.1:8788 server_flask:app
"""
import os

import numpy as np
from flask import Flask, jsonify, request
from sklearn.neural_network import BernoulliRBM

weights = np.load(os.environ["PEER_MODEL"])
rbm = BernoulliRBM(n_components=weights.shape[1])
rbm.components_ = np.ascontiguousarray(weights.T)
rbm.intercept_visible_ = np.zeros(weights.shape[0], np.float32)
rbm.intercept_hidden_ = np.zeros(weights.shape[1], np.float32)
rbm.n_features_in_ = rbm.components_.shape[1]
rbm.random_state_ = np.random.RandomState(1)
app = Flask(__name__)


@app.post("/sample")
def sample():
    asked = request.get_json()
    v = rbm.random_state_.random_sample((asked.get("chains", 1), rbm.components_.shape[1])) < 0.5
    for _ in range(asked["sweeps"]):
        v = rbm.gibbs(v)
    return jsonify(samples=v.astype(int).tolist())
